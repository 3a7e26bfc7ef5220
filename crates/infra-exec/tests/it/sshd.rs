//! A real sshd on loopback, with keys of its own.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::{script, until};

/// A directory with a host key, a client key and a configuration; a server when started.
pub(crate) struct Sshd {
    dir: tempfile::TempDir,
    pub(crate) port: u16,
    server: Option<Child>,
}

impl Sshd {
    /// Everything but the server itself, on a port that was free just now.
    pub(crate) fn prepare() -> Self {
        let sshd = Path::new("/usr/sbin/sshd");
        assert!(
            sshd.exists(),
            "these tests need sshd (`apt-get install openssh-server`)"
        );
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            dir,
            port,
            server: None,
        };
        server.new_host_key();
        keygen(&server.path("client_key"));
        std::fs::copy(
            server.path("client_key.pub"),
            server.path("authorized_keys"),
        )
        .unwrap();
        std::fs::create_dir(server.path("bin")).unwrap();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n\
             AuthorizedKeysFile {0}/authorized_keys\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin yes\nSubsystem sftp internal-sftp\nSetEnv PATH={0}/bin:/usr/bin:/bin\n",
            server.dir.path().display()
        );
        std::fs::write(server.path("sshd_config"), config).unwrap();
        server
    }

    /// A running server.
    pub(crate) async fn start() -> Self {
        let mut server = Self::prepare();
        server.up().await;
        server
    }

    pub(crate) async fn up(&mut self) {
        // Where sshd, run by root, wants to be shut in.
        drop(std::fs::create_dir_all("/run/sshd"));
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(self.path("sshd_config"))
            .stderr(std::fs::File::create(self.path("log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(child);
        let port = self.port;
        until("sshd listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })
        .await;
    }

    pub(crate) fn down(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Gives the server another host key, as another machine at the same address has.
    pub(crate) fn new_host_key(&self) {
        for name in ["host_key", "host_key.pub"] {
            drop(std::fs::remove_file(self.path(name)));
        }
        keygen(&self.path("host_key"));
    }

    /// Puts a program into the PATH of logins.
    pub(crate) fn program(&self, name: &str, text: &str) {
        script(&self.path("bin").join(name), text);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.down();
    }
}

fn keygen(path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}
