# Tells infra what a playbook does, as JSON lines. Written for ansible-core 2.15 and newer.
#
# What tasks return never leaves Ansible by this way: only whether they changed something
# and, of a failure, the message, unless the task is marked no_log.

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: infra_events
    type: aggregate
    short_description: events for infra
    description:
      - Writes one JSON object per line to the file that the environment names.
"""

# A message is for a person to read on a line or two.
LONGEST_MESSAGE = 2000

# What Ansible does here, whether or not the host can be reached.
DONE_HERE = frozenset((
    "add_host", "assert", "debug", "fail", "group_by", "import_role", "import_tasks", "include",
    "include_role", "include_tasks", "include_vars", "meta", "pause", "set_fact", "set_stats",
    "validate_argument_spec",
))


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "infra_events"
    # Loaded because it lies in the path of plugins, so that the list of enabled ones
    # (ANSIBLE_CALLBACKS_ENABLED) stays what the project has configured.
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._plays = []
        self._batch = []
        self._held_back = set()
        # Of each play the hosts that it is for, and those whose batch was begun
        self._for = {}
        self._begun = {}
        # Hosts that could not be reached when last tried, which did not matter, and why
        self._away = {}
        self._started = {}
        path = os.environ.get("_INFRA_ANSIBLE_EVENTS")
        # Not inherited by what Ansible starts.
        self._events = os.open(path, os.O_WRONLY | os.O_CLOEXEC) if path else None
        if self._events is None:
            self.disabled = True

    def _emit(self, event, **fields):
        if self._events is None:
            return
        line = json.dumps(dict(fields, event=event), default=str, ensure_ascii=True) + "\n"
        data = line.encode("ascii")
        try:
            while data:
                data = data[os.write(self._events, data):]
        except OSError:
            # Nobody listens any more. The play is not worth less for that.
            self._events = None

    # Public names since 2.19, where the old ones are deprecated.

    @staticmethod
    def _host_of(result):
        host = getattr(result, "host", None) or result._host
        return str(host.get_name())

    @staticmethod
    def _task_of(result):
        return getattr(result, "task", None) or result._task

    @staticmethod
    def _returned(result):
        returned = getattr(result, "result", None)
        return returned if returned is not None else result._result

    @staticmethod
    def _where(thing):
        try:
            return str(thing.get_path() or "") or None
        except Exception:
            return None

    @staticmethod
    def _said(returned):
        message = returned.get("msg")
        # What is wrong with a file is said by the program that validates it, and only by that.
        if message == "failed to validate":
            said = returned.get("stderr") or returned.get("stdout") or ""
            message = ": ".join(part for part in (message, " ".join(str(said).split())) if part)
        return message

    def _message(self, task, returned):
        if getattr(task, "no_log", False) or returned.get("_ansible_no_log") or "censored" in returned:
            return None
        message = self._said(returned)
        # Of a loop, what its first bad item said: the whole only says that there was one.
        for item in returned.get("results") or []:
            if not isinstance(item, dict):
                continue
            if item.get("_ansible_no_log") or "censored" in item:
                return None
            if item.get("failed") or item.get("unreachable"):
                message = self._said(item) or message
                break
        return None if message is None else str(message)[:LONGEST_MESSAGE]

    def _stops_others(self, task):
        # Up to 2.16 nothing else tells which hosts any_errors_fatal stopped. A value that is
        # still a template counts as true.
        play = self._plays[-1] if self._plays else None
        return bool(
            getattr(task, "any_errors_fatal", False)
            or getattr(task, "run_once", False)
            or getattr(play, "max_fail_percentage", None) is not None
        )

    @staticmethod
    def _is_contact(task):
        action = str(getattr(task, "action", "")).rsplit(".", 1)[-1]
        elsewhere = getattr(task, "delegate_to", None) or getattr(task, "connection", None) == "local"
        return not elsewhere and action not in DONE_HERE

    def _result(self, result, status, message=False):
        host, task, returned = self._host_of(result), self._task_of(result), self._returned(result)
        if status in ("failed", "unreachable") and self._stops_others(task):
            self._held_back.update(self._batch)
        if status == "ok" and self._is_contact(task):
            self._away.pop(host, None)
        started = self._started.pop((host, task._uuid), None)
        self._emit(
            "result",
            host=host,
            status=status,
            task=str(task.get_name()),
            path=self._where(task),
            changed=bool(returned.get("changed", False)),
            seconds=None if started is None else round(time.monotonic() - started, 3),
            msg=self._message(task, returned) if message else None,
        )

    def v2_playbook_on_start(self, playbook):
        self._emit("playbook_start", playbook=str(playbook._file_name), plays=len(playbook.get_plays()))

    def v2_playbook_on_play_start(self, play):
        self._plays.append(play)
        try:
            # The batch alone, where a play has `serial`; of a play that matches nobody the
            # batch is everybody.
            names = play.get_variable_manager().get_vars(play=play)
            matching = set(names["ansible_play_hosts_all"])
            hosts = [str(name) for name in names["ansible_play_batch"] if name in matching]
            self._for[play._uuid] = set(str(name) for name in matching)
        except Exception:
            hosts = []
        self._begun.setdefault(play._uuid, set()).update(hosts)
        self._batch = hosts
        self._emit("play_start", name=str(play.get_name()), path=self._where(play), hosts=hosts)

    def v2_playbook_on_no_hosts_matched(self):
        self._emit("no_hosts_matched")

    def v2_playbook_on_no_hosts_remaining(self):
        self._emit("no_hosts_remaining")

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._emit("task_start", name=str(task.get_name()), path=self._where(task), handler=False)

    def v2_playbook_on_handler_task_start(self, task):
        self._emit("task_start", name=str(task.get_name()), path=self._where(task), handler=True)

    def v2_runner_on_start(self, host, task):
        self._started[(str(host.get_name()), task._uuid)] = time.monotonic()
        self._emit("host_start", host=str(host.get_name()), task=str(task.get_name()))

    def v2_runner_retry(self, result):
        self._emit("retry", host=self._host_of(result), task=str(self._task_of(result).get_name()))

    def v2_runner_on_ok(self, result):
        self._result(result, "ok")

    def v2_runner_on_skipped(self, result):
        self._result(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._result(result, "ignored" if ignore_errors else "failed", message=True)

    def v2_runner_on_unreachable(self, result):
        ignored = getattr(self._task_of(result), "ignore_unreachable", False)
        # What this host would have done is not done, also where that is no failure. Of a task that
        # is delegated it is another host that is away.
        task = self._task_of(result)
        if ignored and not getattr(task, "delegate_to", None):
            self._away[self._host_of(result)] = self._message(task, self._returned(result))
        self._result(result, "ignored" if ignored else "unreachable", message=True)

    def v2_playbook_on_stats(self, stats):
        # A host whose play was ended because of another host (any_errors_fatal,
        # max_fail_percentage) has no failure of its own and yet did not get to the end.
        # Ansible notes it among the removed hosts of the play, as it does those that
        # `meta: end_host` took out; those only count where no host of the play failed.
        hosts = {str(name): self._summary(stats, name) for name in stats.processed}
        failed = set(name for name, counts in hosts.items() if counts["failures"] or counts["unreachable"])
        aborted = self._held_back - failed if failed else set()
        for play in self._plays:
            removed = set(str(name) for name in getattr(play, "_removed_hosts", []))
            if removed & failed:
                aborted |= removed - failed
        # A play that lost all hosts of a batch, or too many, does not begin the next one.
        for play, meant in self._for.items():
            if failed:
                aborted |= meant - self._begun.get(play, set()) - failed
        self._emit(
            "stats",
            hosts=hosts,
            aborted=sorted(aborted),
            away=self._away,
            plays_started=len(set(play._uuid for play in self._plays)),
        )

    @staticmethod
    def _summary(stats, name):
        summary = stats.summarize(name)
        keys = ("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored")
        return {key: int(summary.get(key, 0)) for key in keys}
