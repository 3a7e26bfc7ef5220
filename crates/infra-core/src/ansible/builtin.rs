//! What Ansible itself brings: keywords of tasks, modules, lookup plugins.

/// Keywords of a task or a handler: what else stands in a task is its action.
/// `playbook/task.py`, `playbook/handler.py` and `parsing/mod_args.py`.
pub(crate) const TASK_KEYWORDS: [&str; 47] = [
    "action",
    "any_errors_fatal",
    "args",
    "async",
    "async_val",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "environment",
    "failed_when",
    "ignore_errors",
    "ignore_unreachable",
    "listen",
    "local_action",
    "loop",
    "loop_control",
    "loop_with",
    "module_defaults",
    "name",
    "no_log",
    "notify",
    "poll",
    "port",
    "register",
    "remote_user",
    "retries",
    "run_once",
    "static",
    "tags",
    "throttle",
    "timeout",
    "until",
    "vars",
    "when",
    "first_available_file",
    "sudo",
];

/// Ansible's own modules and actions, by the last part of their names. `modules/`.
pub(crate) const MODULES: [&str; 76] = [
    "add_host",
    "apt",
    "apt_key",
    "apt_repository",
    "assemble",
    "assert",
    "async_status",
    "blockinfile",
    "command",
    "copy",
    "cron",
    "deb822_repository",
    "debconf",
    "debug",
    "dnf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "fail",
    "fetch",
    "file",
    "find",
    "gather_facts",
    "get_url",
    "getent",
    "git",
    "group",
    "group_by",
    "hostname",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include",
    "include_role",
    "include_tasks",
    "include_vars",
    "iptables",
    "known_hosts",
    "lineinfile",
    "meta",
    "mount_facts",
    "package",
    "package_facts",
    "pause",
    "ping",
    "pip",
    "raw",
    "reboot",
    "replace",
    "rpm_key",
    "script",
    "service",
    "service_facts",
    "set_fact",
    "set_stats",
    "setup",
    "shell",
    "slurp",
    "stat",
    "subversion",
    "systemd",
    "systemd_service",
    "sysvinit",
    "tempfile",
    "template",
    "unarchive",
    "uri",
    "user",
    "validate_argument_spec",
    "wait_for",
    "wait_for_connection",
    "yum",
    "yum_repository",
    "async_wrapper",
    "service_facts",
    "win_reboot",
];

/// How a lookup plugin comes by its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// From its arguments and variables alone
    Pure,
    /// From files named by its arguments, looked for in this subdirectory
    Files(&'static str),
    /// From a file named by the keyword `file`
    FileOption,
    /// From the names in a directory, by a glob
    Glob,
    /// From the first of several names
    FirstFound,
    /// From a template
    Template,
    /// From a template that a text includes
    Include,
    /// From a directory with all below it
    Directory,
    /// From whether there is a file of the name, and where it leads if it is a link
    Presence,
    /// From which files there are of the names of a glob
    Found,
    /// From the file of the name
    Content,
    /// From the environment of the controller
    Environment,
    /// From a process, the network, a clock or chance
    External,
    /// Not one of Ansible's
    Unknown,
}

impl Lookup {
    /// Whether files decide its result.
    pub(crate) fn is_about_files(self) -> bool {
        !matches!(
            self,
            Self::Pure | Self::Environment | Self::External | Self::Unknown
        )
    }
}

/// How a lookup plugin comes by its result. `plugins/lookup/`; of collections, those
/// that only compute.
pub(crate) fn lookup(plugin: &str) -> Lookup {
    let (namespace, name) = plugin.rsplit_once('.').unwrap_or(("", plugin));
    if !matches!(
        namespace,
        "" | "ansible.builtin" | "ansible.legacy" | "community.general" | "ansible.utils"
    ) {
        return Lookup::Unknown;
    }
    match name {
        "file" | "unvault" => Lookup::Files("files"),
        "template" => Lookup::Template,
        "fileglob" => Lookup::Glob,
        "first_found" => Lookup::FirstFound,
        "ini" | "csvfile" => Lookup::FileOption,
        "filetree" => Lookup::Directory,
        "password" => Lookup::Files(""),
        "env" => Lookup::Environment,
        // The statement.
        "{% include %}" => Lookup::Include,
        // The filters and tests of that name.
        "| fileglob" => Lookup::Found,
        "| realpath" | "is a file" => Lookup::Presence,
        "is vaulted_file" => Lookup::Content,
        // `now` is the function of that name, and what `strftime` formats unless told otherwise.
        "url" | "pipe" | "lines" | "random_choice" | "dig" | "dnstxt" | "random_string"
        | "random_pet" | "random_words" | "now" => Lookup::External,
        "config"
        | "dict"
        | "indexed_items"
        | "inventory_hostnames"
        | "items"
        | "list"
        | "nested"
        | "sequence"
        | "subelements"
        | "together"
        | "varnames"
        | "vars"
        | "flattened"
        | "cartesian"
        | "dependent"
        | "merge_variables"
        | "index_of"
        | "to_paths"
        | "get_path"
        | "validate" => Lookup::Pure,
        _ => Lookup::Unknown,
    }
}

/// An action's name without the collection, if it is Ansible's own.
pub(crate) fn own_action(action: &str) -> Option<&str> {
    match action.rsplit_once('.') {
        None => Some(action),
        Some(("ansible.builtin" | "ansible.legacy", name)) => Some(name),
        Some(_) => None,
    }
}

/// Whether Ansible, or Jinja, gives a name a meaning, whatever variables there are: magic
/// variables, what its own modules return as facts, functions and constants of templates.
/// `_get_magic_variables` of `vars/manager.py`, `modules/`, `template/__init__.py`, `defaults.py`
/// of Jinja.
pub(crate) fn is_given(name: &str) -> bool {
    const FACTS: [&str; 5] = [
        "ansible_",
        "discovered_interpreter_",
        "facter_",
        "getent_",
        "ohai_",
    ];
    FACTS.iter().any(|prefix| name.starts_with(prefix))
        || matches!(
            name,
            "environment"
                | "group_names"
                | "groups"
                | "hostvars"
                | "inventory_dir"
                | "inventory_file"
                | "inventory_hostname"
                | "inventory_hostname_short"
                | "item"
                | "omit"
                | "play_hosts"
                | "playbook_dir"
                | "role_name"
                | "role_names"
                | "role_path"
                | "template_destpath"
                | "template_fullpath"
                | "template_host"
                | "template_mtime"
                | "template_path"
                | "template_run_date"
                | "template_uid"
                | "vars"
                | "aggregate_mounts"
                | "gather_subset"
                | "module_setup"
                | "mount_points"
                | "packages"
                | "services"
                | "validate_args_context"
                | "caller"
                | "cycler"
                | "dict"
                | "joiner"
                | "kwargs"
                | "lipsum"
                | "lookup"
                | "loop"
                | "namespace"
                | "now"
                | "q"
                | "query"
                | "range"
                | "self"
                | "super"
                | "undef"
                | "varargs"
                | "true"
                | "True"
                | "false"
                | "False"
                | "none"
                | "None"
        )
}
