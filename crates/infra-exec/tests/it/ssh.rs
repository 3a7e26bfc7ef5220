//! First contact with a real sshd.

use std::sync::Mutex;
use std::time::Duration;

use infra_core::hint::Hint as _;
use infra_exec::process::{Interrupter, Runner};
use infra_exec::ssh::{
    CloudInit, Contact, ContactError, ContactEvent, HostKeys, Phase, Ready, Target,
};
use infra_exec::tools::Tool;

use crate::sshd::Sshd;
use crate::support::{runner, tool, until};

fn contact(sshd: &Sshd) -> Contact {
    Contact::new(tool(Tool::Ssh), HostKeys::new(sshd.path("known_hosts")))
        .deadline(Some(Duration::from_secs(20)))
}

fn target(sshd: &Sshd, identity: &str) -> Target {
    Target::new("web", "127.0.0.1")
        .unwrap()
        .port(Some(sshd.port))
        .identity(Some(identity))
        .private_key(Some(sshd.path("client_key")))
}

async fn one(contact: Contact, target: Target) -> Result<Ready, ContactError> {
    contact.wait(&runner(), &[target], &|_| {}).await.remove(0)
}

#[tokio::test]
async fn a_host_that_is_not_up_yet_is_waited_for_phase_by_phase() {
    let mut sshd = Sshd::prepare();
    let done = sshd.path("boot-finished");
    sshd.program(
        "cloud-init",
        &format!(
            "#!/bin/sh\nwhile [ ! -e {} ]; do printf .; sleep 0.05; done; echo status: done\n",
            done.display()
        ),
    );
    let (contact, targets) = (contact(&sshd), [target(&sshd, "i-1")]);
    let seen = Mutex::new(Vec::new());
    let sink = |event: ContactEvent<'_>| {
        let word = match event {
            ContactEvent::Waiting { phase, .. } => format!("{phase:?}"),
            ContactEvent::Retry { phase, .. } => format!("retry {phase:?}"),
            ContactEvent::Ready { .. } => "ready".to_owned(),
            ContactEvent::Failed { error, .. } => error.to_string(),
        };
        let mut seen = seen.lock().unwrap();
        if seen.last() != Some(&word) {
            seen.push(word);
        }
    };
    let runner = runner();
    let said = |word: &str| seen.lock().unwrap().iter().any(|seen| seen == word);
    let waiting = contact.wait(&runner, &targets, &sink);
    let known_hosts = sshd.path("known_hosts");
    let machine = async {
        until("a first attempt", || said("retry Tcp")).await;
        sshd.up().await;
        until("cloud-init is waited for", || said("CloudInit")).await;
        std::fs::write(&done, "").unwrap();
    };
    let (results, ()) = tokio::join!(waiting, machine);
    let ready = results.into_iter().next().unwrap().unwrap();
    assert_eq!(ready.cloud_init, CloudInit::Done);
    assert_eq!(
        *seen.lock().unwrap(),
        ["Tcp", "retry Tcp", "Banner", "Login", "CloudInit", "ready"]
    );
    let known = std::fs::read_to_string(known_hosts).unwrap();
    assert!(
        known.starts_with("i-1 ssh-ed25519 "),
        "by identity, not by address: {known}"
    );
}

#[tokio::test]
async fn a_changed_key_of_the_same_machine_is_a_hard_stop_and_another_machine_is_not() {
    let mut sshd = Sshd::start().await;
    let ready = one(contact(&sshd), target(&sshd, "i-1")).await.unwrap();
    assert_eq!(ready.cloud_init, CloudInit::NotInstalled);
    sshd.down();
    sshd.new_host_key();
    sshd.up().await;
    let error = one(contact(&sshd), target(&sshd, "i-1")).await.unwrap_err();
    assert!(
        matches!(&error, ContactError::HostKeyChanged { alias, .. } if alias == "i-1"),
        "{error}"
    );
    assert!(
        error.hints()[0].contains("ssh-keygen -R i-1 -f "),
        "{:?}",
        error.hints()
    );
    one(contact(&sshd), target(&sshd, "i-2")).await.unwrap();
}

#[tokio::test]
async fn a_port_on_which_nobody_answers_is_named() {
    let sshd = Sshd::prepare();
    let listener = std::net::TcpListener::bind(("127.0.0.1", sshd.port)).unwrap();
    let accepting = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        drop(stream);
    });
    let error = one(
        contact(&sshd).deadline(Some(Duration::from_millis(900))),
        target(&sshd, "i-1"),
    )
    .await
    .unwrap_err();
    accepting.join().unwrap();
    assert!(
        matches!(
            error,
            ContactError::Deadline {
                phase: Phase::Banner,
                attempts: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("the connection was closed before an ssh server answered"),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_that_the_host_does_not_know_is_told_with_advice() {
    let sshd = Sshd::start().await;
    std::fs::write(sshd.path("authorized_keys"), "").unwrap();
    let error = one(
        contact(&sshd).deadline(Some(Duration::from_secs(2))),
        target(&sshd, "i-1"),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(
            error,
            ContactError::Deadline {
                phase: Phase::Login,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error.to_string().contains("Permission denied (publickey)"),
        "{error}"
    );
    assert!(
        error.hints()[0].starts_with("check the user"),
        "{:?}",
        error.hints()
    );
}

#[tokio::test]
async fn a_failed_first_boot_is_a_failure_and_one_that_is_not_asked_is_not() {
    let sshd = Sshd::start().await;
    sshd.program(
        "cloud-init",
        "#!/bin/sh\necho ....; echo status: error; echo detail: no package; exit 1\n",
    );
    let error = one(contact(&sshd), target(&sshd, "i-1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "web: cloud-init failed: exit code 1: status: error; detail: no package"
    );
    let ready = one(contact(&sshd).cloud_init(Some(false)), target(&sshd, "i-1"))
        .await
        .unwrap();
    assert_eq!(ready.cloud_init, CloudInit::NotAsked);
}

#[tokio::test]
async fn several_hosts_are_waited_for_at_once_and_an_interrupt_ends_the_wait() {
    let sshd = Sshd::start().await;
    let closed = Sshd::prepare();
    let interrupter = Interrupter::new();
    let runner = Runner::new(interrupter.interrupt());
    let targets = [target(&closed, "i-2"), target(&sshd, "i-1")];
    let (contact, interrupter) = (contact(&sshd), &interrupter);
    let sink = move |event: ContactEvent<'_>| {
        if let ContactEvent::Ready { .. } = event {
            interrupter.raise();
        }
    };
    let results = contact.wait(&runner, &targets, &sink).await;
    assert!(
        matches!(&results[0], Err(ContactError::Interrupted { .. })),
        "{:?}",
        results[0]
    );
    assert!(results[1].is_ok(), "{:?}", results[1]);
}
