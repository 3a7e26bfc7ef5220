//! The files of the workshop.

use std::fs;

use super::{DEADLINE, Records, Workshop};

/// The bucket, the table and the key of the state.
pub(super) const BUCKET: &str = "states";
pub(super) const TABLE: &str = "locks";
pub(super) const KEY: &str = "workshop/terraform.tfstate";
/// The machines.
pub(super) const MACHINES: [&str; 2] = ["alpha", "beta"];

const BACKEND: &str = r#"terraform {
  backend "s3" {
    bucket         = "states"
    key            = "workshop/terraform.tfstate"
    region         = "eu-central-1"
    dynamodb_table = "locks"
    use_path_style = true
  }
}
"#;

const MAIN: &str = r#"
variable "revision" {}
variable "secret" { sensitive = true }
variable "password" { sensitive = true }
variable "token" { sensitive = true }
variable "machine_secret" { sensitive = true }

resource "terraform_data" "machine" {
  for_each = { alpha = "127.0.0.1", beta = "127.0.0.2" }
  input = {
    name     = each.key
    address  = each.value
    revision = var.revision
    secret   = var.machine_secret
  }
}

resource "terraform_data" "vault" {
  input = [var.secret, var.token, var.revision]
}

output "password" {
  value     = var.password
  sensitive = true
}
"#;

const CONFIG: &str = r#"
stack "workshop" {
  terraform { dir = "terraform" }
  inventory {
    # Not what discovery finds first on the machine that runs the tests.
    vars = { ansible_python_interpreter = "/usr/bin/python3" }
    hosts "terraform_data" {
      when      = try(self.input.name, null) != null
      name      = self.input.name
      address   = self.input.address
      groups    = ["machines"]
      sensitive = ["secret"]
      vars = {
        ansible_connection = "local"
        made_for           = self.input.revision
        secret             = self.input.secret
      }
    }
  }
  ansible { vault_password_file = "vault-password" }
  playbook "base" {
    path  = "ansible/base.yml"
    hosts = ["machines"]
  }
}
"#;

/// An instance of EC2, which each change replaces by another.
const SERVER: &str = r#"
resource "aws_instance" "server" {
  ami                         = "ami-12c6146b"
  instance_type               = "t3.micro"
  user_data                   = var.revision
  user_data_replace_on_change = true
}
"#;

/// Each run leaves a line in the log, so that one that was not asked for is noticed.
const PLAYBOOK: &str = r#"
- hosts: machines
  gather_facts: false
  vars:
    disk: "{{ playbook_dir }}/../../disks/{{ inventory_hostname }}"
  tasks:
    - name: Note the run
      ansible.builtin.shell: 'echo {{ revision | quote }} >> {{ disk | quote }}-runs'
      changed_when: true
    - name: Write the motto
      ansible.builtin.copy:
        content: "revision {{ revision }} of {{ made_for }}\n"
        dest: "{{ disk }}-motto"
        mode: "0600"
    - name: Write the secrets
      ansible.builtin.copy:
        content: "{{ secret }} {{ vaulted }}\n"
        dest: "{{ disk }}-secrets"
        mode: "0600"
"#;

const MAKE_BACKEND: &str = r#"
s3 = boto3.client("s3")
s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Enabled"})
boto3.client("dynamodb").create_table(
    TableName="locks",
    KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
"#;

impl Workshop<'_> {
    pub(super) fn write_files(&self) {
        let project = &self.project;
        if self.aws.is_some() {
            project.write("terraform/backend.tf", BACKEND);
            project.boto(MAKE_BACKEND).succeeds();
        }
        project
            .write("terraform/main.tf", MAIN)
            .write("infra.hcl", &self.config())
            .write("ansible/base.yml", PLAYBOOK)
            .write("vault-password", "of no consequence\n")
            .write(
                "ansible/group_vars/machines/vault.yml",
                &format!("vaulted: {}\n", self.canaries.of("vault")),
            );
        project
            .run("ansible-vault")
            .args([
                "encrypt",
                "--vault-password-file",
                "vault-password",
                "ansible/group_vars/machines/vault.yml",
            ])
            .deadline(DEADLINE)
            .succeeds();
        let disks = self.top().join("disks");
        fs::create_dir_all(&disks).unwrap_or_else(|error| panic!("{disks}: {error}"));
    }

    pub(super) fn write_server(&self) {
        self.project.write("terraform/server.tf", SERVER);
    }

    fn config(&self) -> String {
        const TERRAFORM: &str = "terraform { dir = \"terraform\" }\n";
        match self.records {
            Records::Here => CONFIG.to_owned(),
            Records::WithTheState => {
                CONFIG.replace(TERRAFORM, &format!("{TERRAFORM}  backend \"s3\" {{}}\n"))
            }
        }
    }

    pub(super) fn write_inputs(&self, revision: u32) {
        let of = |place| self.canaries.of(place);
        let (secret, password, machine) = (of("variable"), of("output"), of("host"));
        self.project
            .write("ansible/group_vars/machines/revision.yml", &format!("revision: {revision}\n"))
            .write(
                "terraform/terraform.tfvars",
                &format!(
                    "revision = {revision}\nsecret = \"{secret}\"\npassword = \"{password}\"\nmachine_secret = \"{machine}\"\n"
                ),
            );
    }
}
