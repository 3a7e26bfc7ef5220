//! Children that obey, that don't, and that leave others behind.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;
use std::time::Duration;

use infra_exec::process::{
    Capture, Exit, Interrupter, Invocation, ProcessEvent, RunError, Runner, Stopped,
    install_signal_handlers,
};

use crate::support::{alive, pid_in, runner, script, until};

fn shell(text: &str) -> Invocation {
    Invocation::new("/bin/bash").arg("-c").arg(text)
}

#[tokio::test]
async fn both_outputs_arrive_line_by_line_and_the_exit_code_is_data() {
    let events = Mutex::new(Vec::new());
    let invocation = shell("echo one; echo two >&2; printf three; cat; exit 3").stdin("four");
    let completed = runner()
        .run(&invocation, &|event| match event {
            ProcessEvent::Stdout(line) => events.lock().unwrap().push(format!("out {line}")),
            ProcessEvent::Stderr(line) => events.lock().unwrap().push(format!("err {line}")),
            _ => {}
        })
        .await
        .unwrap();
    let mut events = events.into_inner().unwrap();
    events.sort();
    assert_eq!(events, ["err two", "out one", "out threefour"]);
    assert_eq!(completed.exit, Exit::Code(3));
    assert_eq!(completed.stderr_tail, "two\n");
    assert_eq!(completed.stopped, None);
    assert!(completed.strays.is_empty());
}

#[tokio::test]
async fn a_line_of_forty_megabytes_is_kept_whole_in_memory_or_in_a_private_file() {
    let dir = tempfile::tempdir().unwrap();
    let long = "head -c 40000000 /dev/zero | tr '\\0' x";
    let completed = runner()
        .run(&shell(long).capture(Capture::Whole), &|_| {})
        .await
        .unwrap();
    assert_eq!(completed.stdout.len(), 40_000_000);
    let file = dir.path().join("out");
    runner()
        .run(&shell(long).capture(Capture::File(file.clone())), &|_| {})
        .await
        .unwrap();
    let found = std::fs::metadata(&file).unwrap();
    assert_eq!(
        (found.len(), found.permissions().mode() & 0o777),
        (40_000_000, 0o600)
    );
}

#[tokio::test]
async fn the_log_has_all_output_and_is_private_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let invocation = shell("echo out; echo err >&2; umask").log(&log);
    runner().run(&invocation, &|_| {}).await.unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(
        text.contains("out\n") && text.contains("err\n") && text.contains("0077\n"),
        "{text}"
    );
    assert_eq!(
        std::fs::metadata(&log).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(matches!(
        runner().run(&invocation, &|_| {}).await,
        Err(RunError::Create { .. })
    ));
}

#[tokio::test]
async fn a_child_has_a_session_of_its_own_and_only_the_environment_it_is_given() {
    let text = "ps -o sid= -p $$ | tr -d ' '; echo $$; echo ${CARGO_PKG_NAME-unset} $ADDED";
    let invocation = shell(text)
        .without_env_prefix("CARGO_")
        .env("ADDED", "added")
        .capture(Capture::Whole);
    let completed = runner().run(&invocation, &|_| {}).await.unwrap();
    let stdout = String::from_utf8(completed.stdout).unwrap();
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines[0], lines[1], "{stdout}");
    assert_eq!(lines[2], "unset added");
}

#[tokio::test]
async fn the_first_interrupt_is_one_sigint_the_second_none_and_the_third_kills_the_tree() {
    let dir = tempfile::tempdir().unwrap();
    // Counts its SIGINTs and does not obey; has a child that has left the session.
    let child = script(
        &dir.path().join("stubborn"),
        &format!(
            "#!/bin/bash\ncd {}\ntrap 'echo x >> ints' INT\ntrap 'echo x >> terms' TERM\n\
             setsid -f bash -c 'trap \"\" INT TERM; echo $$ > away; while :; do sleep 0.1; done' </dev/null >/dev/null 2>&1\n\
             echo $$ > pid\nwhile :; do sleep 0.05; done\n",
            dir.path().display()
        ),
    );
    let interrupter = Interrupter::new();
    let events = Mutex::new(Vec::new());
    let at = |name: &str| dir.path().join(name);
    let count =
        |name: &str| std::fs::read_to_string(at(name)).map_or(0, |text| text.lines().count());
    let runner = Runner::new(interrupter.interrupt());
    let invocation = Invocation::new(child);
    let sink = |event: ProcessEvent<'_>| {
        let word = match event {
            ProcessEvent::Stopping => "stopping",
            ProcessEvent::StillStopping => "still",
            ProcessEvent::Killing => "killing",
            _ => return,
        };
        events.lock().unwrap().push(word);
    };
    let run = runner.run(&invocation, &sink);
    let person = async {
        until("child and grandchild started", || {
            pid_in(&at("pid")).is_some() && pid_in(&at("away")).is_some()
        })
        .await;
        interrupter.raise();
        until("one SIGINT", || count("ints") == 1).await;
        interrupter.raise();
        until("explained", || {
            events.lock().unwrap().last() == Some(&"still")
        })
        .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(
            (count("ints"), count("terms")),
            (1, 0),
            "a second interrupt sends nothing"
        );
        interrupter.raise();
    };
    let (completed, ()) = tokio::join!(run, person);
    let completed = completed.unwrap();
    assert_eq!(completed.exit, Exit::Signal(9));
    assert_eq!(completed.stopped, Some(Stopped::Killed));
    assert_eq!(*events.lock().unwrap(), ["stopping", "still", "killing"]);
    for name in ["pid", "away"] {
        let pid = pid_in(&at(name)).unwrap();
        until(&format!("{name} gone"), || !alive(pid)).await;
    }
}

#[tokio::test]
async fn after_an_interrupt_nothing_new_is_started_but_what_cleans_up() {
    let interrupter = Interrupter::new();
    let runner = Runner::new(interrupter.interrupt());
    interrupter.stop();
    let error = runner.run(&shell("true"), &|_| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "bash was not started: interrupted");
    let completed = runner
        .for_cleanup()
        .run(&shell("true"), &|_| {})
        .await
        .unwrap();
    assert!(completed.exit.success() && completed.stopped.is_none());
}

#[tokio::test]
async fn a_passed_deadline_climbs_until_the_child_is_gone() {
    let polite = shell("sleep 60").deadline(Some(Duration::from_millis(200)));
    let completed = runner().run(&polite, &|_| {}).await.unwrap();
    assert_eq!(completed.stopped, Some(Stopped::Deadline));

    let deaf =
        shell("trap 'echo int' INT; trap 'echo term; exit 9' TERM; while :; do sleep 0.05; done")
            .deadline(Some(Duration::from_millis(300)))
            .grace(Duration::from_millis(300))
            .capture(Capture::Whole);
    let completed = runner().run(&deaf, &|_| {}).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "int\nterm\n");
    assert_eq!(
        (completed.exit, completed.stopped),
        (Exit::Code(9), Some(Stopped::Deadline))
    );
}

#[tokio::test]
async fn what_a_child_leaves_running_is_ended_and_reported_and_does_not_hold_up_the_output() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    // It keeps the pipe open and has no parent and no session in common with the child.
    let text = format!(
        "setsid -f bash -c 'echo $$ > {}; exec sleep 300'; echo done",
        pid.display()
    );
    let invocation = shell(&format!(
        "{text}; while [ ! -s {} ]; do sleep 0.01; done",
        pid.display()
    ));
    let completed = runner()
        .run(&invocation.capture(Capture::Whole), &|_| {})
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "done\n");
    let names: Vec<_> = completed
        .strays
        .iter()
        .map(|stray| stray.program.as_str())
        .collect();
    assert_eq!(names, ["sleep"]);
    assert!(!alive(pid_in(&pid).unwrap()));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let error = runner()
        .run(&Invocation::new("/nonexistent/terraform"), &|_| {})
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot run /nonexistent/terraform");
}

#[tokio::test]
async fn a_run_that_is_given_up_sends_one_sigint() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let text = format!(
        "cd {}; trap 'echo int > int; exit' INT; echo $$ > pid; while :; do sleep 0.05; done",
        dir.path().display()
    );
    let (runner, invocation) = (runner(), shell(&text));
    tokio::select! {
        _ = runner.run(&invocation, &|_| {}) => panic!("it does not end"),
        () = until("started", || pid_in(&at("pid")).is_some()) => {}
    }
    until("interrupted", || at("int").exists()).await;
}

#[tokio::test]
async fn signals_raise_the_interrupt_and_a_hangup_does_not() {
    let interrupter = Interrupter::new();
    let signals = install_signal_handlers(&interrupter).unwrap();
    let raise = |signal| rustix::process::kill_process(rustix::process::getpid(), signal).unwrap();
    raise(rustix::process::Signal::HUP);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(signals.exit_code(), None);
    raise(rustix::process::Signal::TERM);
    let mut interrupt = interrupter.interrupt();
    let level = interrupt.above(infra_exec::process::Level::None).await;
    assert_eq!(
        (level, signals.exit_code()),
        (infra_exec::process::Level::Stop, Some(143))
    );
    raise(rustix::process::Signal::INT);
    // Also while this thread is busy and awaits nothing.
    let begin = std::time::Instant::now();
    while interrupt.level() != infra_exec::process::Level::Insist {
        assert!(begin.elapsed() < Duration::from_secs(20), "not heard");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(
        interrupt.above(level).await,
        infra_exec::process::Level::Insist
    );
    assert_eq!(
        signals.exit_code(),
        Some(143),
        "the first signal is the reason"
    );
}
