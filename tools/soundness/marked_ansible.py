"""ansible-playbook, with marks between what it does for one play and for another.

A tracer sees which files a process opens, not why. This starts the installed ansible-playbook
in its own process and adds system calls that fail and mean nothing (`stat("/@infra/…")`) where
a play begins and ends, where a file is read as YAML, and where a template reads a variable. It
also empties caches where a play begins, so that what two plays read is read twice.

Marks, in the order of their words:
    load            a play of a playbook file is about to be loaded
    loaded UUID     it is, with its roles and static imports
    play UUID       the play is the next to run
    hosts NAME…     the hosts it runs on
    end             no play is left
    data            a file is about to be read as YAML
    read            it has been
    var NAME        a template reads a variable
    mode/PATH       the mode of a file is looked at

It knows the releases 2.15 to 2.21 of ansible-core; what moved in 2.19 is looked for in both places.

With INFRA_SOUNDNESS_GO_ON set, a task that fails doesn't end the play for its host, and nothing
is waited for. With INFRA_SOUNDNESS_BRANCHES set, every condition of a task holds, so that one run
reads what any run could. With INFRA_SOUNDNESS_SIMULATED set, every connection is to a simulated
machine, whatever an inventory, a play or a task says: roles that nobody here has read run on no
real one, and on this one least of all.
"""

import os
import stat
import sys
import time

from ansible.errors import AnsibleError
from ansible.executor.play_iterator import PlayIterator
from ansible.executor.playbook_executor import PlaybookExecutor
from ansible.executor.task_executor import TaskExecutor
from ansible.executor.task_queue_manager import TaskQueueManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader

try:
    from ansible._internal._errors._error_utils import SourceContext
    from ansible._internal._templating._jinja_bits import AnsibleContext
except ImportError:
    # Before 2.19.
    from ansible.template import AnsibleContext

    SourceContext = None

seen = set()
os_stat = os.stat


def mark(*words):
    text = "/".join(word.replace("/", "|") for word in words)
    try:
        os_stat("/@infra/" + text)
    except OSError:
        pass


def around_play_load():
    original = Play.load

    def load(data, variable_manager=None, loader=None, vars=None):
        if loader is not None:
            loader._FILE_CACHE.clear()
        mark("load")
        play = original(data, variable_manager=variable_manager, loader=loader, vars=vars)
        mark("loaded", str(play._uuid))
        return play

    Play.load = staticmethod(load)


class MarkedPlays(list):
    """The plays of a playbook; each is marked when its turn comes."""

    loader = None

    def __iter__(self):
        for play in list.__iter__(self):
            if self.loader is not None:
                self.loader._FILE_CACHE.clear()
            mark("play", str(play._uuid))
            yield play
        mark("end")


def around_run():
    original = Playbook.get_plays

    def get_plays(self):
        plays = MarkedPlays(original(self))
        plays.loader = self._loader
        return plays

    Playbook.get_plays = get_plays
    batches = PlaybookExecutor._get_serialized_batches

    def get_serialized_batches(self, play):
        found = batches(self, play)
        hosts = sorted({str(host) for batch in found for host in batch})
        if hosts:
            mark("hosts", *hosts)
        return found

    PlaybookExecutor._get_serialized_batches = get_serialized_batches


def as_data(original):
    """The same function, by which files are read as YAML."""

    def call(*args, **kwargs):
        mark("data")
        try:
            return original(*args, **kwargs)
        finally:
            mark("read")

    return call


def around_data():
    DataLoader.load_from_file = as_data(DataLoader.load_from_file)
    if SourceContext is None:
        around_included_variables()
    around_shown_lines()


def around_included_variables():
    """Before 2.19, `include_vars` reads a file first and then what that says as YAML."""
    original = DataLoader._get_file_contents
    marked = as_data(original)

    def get_file_contents(self, *args):
        caller = sys._getframe(1).f_code.co_filename
        read = marked if caller.endswith("/action/include_vars.py") else original
        return read(self, *args)

    DataLoader._get_file_contents = get_file_contents


def around_shown_lines():
    """What an error or a warning shows of a file decides nothing."""
    if SourceContext is None:
        AnsibleError._get_error_lines_from_file = as_data(AnsibleError._get_error_lines_from_file)
    else:
        SourceContext.from_origin = classmethod(as_data(SourceContext.from_origin.__func__))


def around_variables():
    original = AnsibleContext.resolve_or_missing

    def resolve_or_missing(self, key):
        if (os.getpid(), key) not in seen:
            seen.add((os.getpid(), key))
            mark("var", str(key))
        return original(self, key)

    AnsibleContext.resolve_or_missing = resolve_or_missing


def around_modes():
    last = ["/"]

    def remembering(original):
        def call(path, *args, **kwargs):
            last[0] = path
            return original(path, *args, **kwargs)

        return call

    os.stat = remembering(os.stat)
    os.lstat = remembering(os.lstat)
    original = stat.S_IMODE

    def mode_of(mode):
        if isinstance(last[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(last[0]))
            try:
                os_stat("/@infra/mode" + path)
            except OSError:
                pass
        return original(mode)

    stat.S_IMODE = mode_of


def forgive_dict(result, is_include):
    """Takes away that a task failed, in what it returns before 2.21."""
    # An include that failed has nothing to go on with.
    if is_include and result.get("failed"):
        return {"changed": False, "skipped": True}
    for part in (result, *(result.get("results") or ())):
        if isinstance(part, dict):
            for key in ("failed", "unreachable", "exception"):
                part.pop(key, None)
    return result


def forgive_object(result, is_include):
    """The same in what it returns from 2.21 on."""
    skipped = is_include and result.failed
    for part in (result, *(result.loop_results or ())):
        part.failed = part.unreachable = False
        part.failed_when_result = part.exception = None
    if skipped:
        result.skipped, result.loop_results = True, None
    return result


def around_tasks():
    original = TaskExecutor.run

    def run(self):
        # The task of a loop's every turn is a copy of this one.
        self._task.retries = 1
        result = original(self)
        is_include = "include" in str(self._task.action)
        forgive = forgive_dict if isinstance(result, dict) else forgive_object
        return forgive(result, is_include)

    TaskExecutor.run = run
    # Where it is the file of an include that is missing or wrong.
    PlayIterator.mark_host_failed = lambda self, host: None
    TaskQueueManager._failed_hosts = property(lambda self: Forgetful(), lambda self, value: None)
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(seconds, 0.01))


def around_connections():
    original = connection_loader.get_with_context

    def get_with_context(name, *args, **kwargs):
        return original("simulated", *args, **kwargs)

    connection_loader.get_with_context = get_with_context


def around_limit():
    """This machine is in no inventory, so that a run on it alone would be one on nobody."""
    from ansible.cli import CLI

    original = CLI.get_host_list

    def get_host_list(*args, **kwargs):
        try:
            return original(*args, **kwargs)
        except AnsibleError:
            return []

    CLI.get_host_list = staticmethod(get_host_list)


class Forgetful(dict):
    """Keeps nothing: no host is left out of the plays that follow."""

    def __setitem__(self, key, value):
        pass

    def update(self, *args, **kwargs):
        pass


# What includes itself until a condition holds would do so for ever.
MOST_INCLUDES = 12


def nesting(task):
    depth = 0
    above = task._parent
    while above is not None:
        depth += type(above).__name__ in ("TaskInclude", "HandlerTaskInclude", "IncludeRole")
        above = above._parent
    return depth


def around_conditions():
    if not hasattr(Task, "_resolve_conditional"):
        return around_conditions_before_2_19()
    original = Task._resolve_conditional

    def resolve_conditional(self, conditional, variables, **kwargs):
        if conditional != self.when or "meta" in str(self.action):
            return original(self, conditional, variables, **kwargs)
        # What conditions read is read, each of them, whatever they say.
        for one in conditional:
            try:
                original(self, [one], variables)
            except AnsibleError:
                pass
        return nesting(self) < MOST_INCLUDES

    Task._resolve_conditional = resolve_conditional


def around_conditions_before_2_19():
    original = Task.evaluate_conditional_with_result

    def evaluate_conditional_with_result(self, templar, variables):
        if "meta" in str(self.action):
            return original(self, templar, variables)
        for one in self.when:
            try:
                if isinstance(one, str) and one:
                    self._check_conditional(one, templar, variables)
            except AnsibleError:
                pass
        return nesting(self) < MOST_INCLUDES, None

    Task.evaluate_conditional_with_result = evaluate_conditional_with_result


if __name__ == "__main__":
    around_play_load()
    around_run()
    around_data()
    around_variables()
    around_modes()
    if os.environ.pop("INFRA_SOUNDNESS_GO_ON", ""):
        around_tasks()
    if os.environ.pop("INFRA_SOUNDNESS_BRANCHES", ""):
        around_conditions()
    if os.environ.pop("INFRA_SOUNDNESS_SIMULATED", ""):
        around_connections()
        around_limit()
    from ansible.cli.playbook import main

    sys.argv[0] = "ansible-playbook"
    sys.exit(main())
