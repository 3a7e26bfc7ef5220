//! The first `infra.hcl`, and what it is made from.

use infra_core::config::{
    Config, Found, FoundPlaybook, Runner, find_runners, read_module, write_config,
};
use proptest::prelude::*;

const MAIN: &str = r#"
terraform {
  required_version = ">= 1.5"
  backend "s3" {
    bucket = "b"
  }
}

resource "aws_instance" "web" {
  count = 2
}

resource "null_resource" "run_ansible_playbook" {
  triggers = { ip = aws_instance.web[0].public_ip }

  provisioner "remote-exec" {
    inline = ["echo ready"]
  }

  provisioner "local-exec" {
    command = "sleep 60 && ANSIBLE_HOST_KEY_CHECKING=False ansible-playbook -i '${aws_instance.web[0].public_ip},' -u ubuntu --private-key ${var.key} ../ansible/site.yml"
  }
}

resource "terraform_data" "extra" {
  provisioner "local-exec" {
    working_dir = "${path.module}/../ansible"
    command     = <<-EOT
      set -e
      ansible-playbook \
        -i inventory \
        -e "version=${var.version}" \
        -e '{"a": "b.yml"}' \
        extra.yml ${path.module}/local.yml
      ansible-playbook -l web extra.yml
    EOT
  }
}

resource "null_resource" "unrelated" {
  provisioner "local-exec" {
    command = "echo ansible"
  }
}

resource "null_resource" "joined" {
  provisioner "local-exec" {
    command = join(" ", ["ansible-playbook", "-i", var.inventory, "joined.yml"])
  }
}

resource "null_resource" "dynamic" {
  provisioner "local-exec" {
    command = "ansible-playbook ${var.playbook}"
  }
}
"#;

#[test]
fn runners_are_found_with_their_playbooks() {
    let files = [
        ("terraform/main.tf", MAIN),
        ("terraform/broken.tf", "resource \"null_resource\" {"),
    ];
    let runners: Vec<_> = find_runners(&files)
        .into_iter()
        .map(|runner| {
            format!(
                "{} {}:{} {:?}",
                runner.address, runner.file, runner.line, runner.playbooks
            )
        })
        .collect();
    insta::assert_snapshot!(runners.join("\n"), @r#"
    null_resource.run_ansible_playbook terraform/main.tf:13 ["ansible/site.yml"]
    terraform_data.extra terraform/main.tf:25 ["ansible/extra.yml", "terraform/local.yml"]
    null_resource.joined terraform/main.tf:46 ["terraform/joined.yml"]
    null_resource.dynamic terraform/main.tf:52 ["${var.playbook}"]
    "#);
    let module = read_module(&files);
    assert_eq!(module.backend.as_deref(), Some("s3"));
    assert_eq!(
        module.resource_types,
        ["aws_instance", "null_resource", "terraform_data"]
    );
    assert_eq!(module.unread, ["terraform/broken.tf"]);
}

#[test]
fn the_block_that_forgets_a_runner() {
    let runner = Runner {
        address: "null_resource.x".into(),
        file: "main.tf".into(),
        line: 1,
        playbooks: Vec::new(),
    };
    insta::assert_snapshot!(runner.removed_block(), @r"
    removed {
      from = null_resource.x

      lifecycle {
        destroy = false
      }
    }
    ");
}

#[test]
fn what_was_found_is_written_with_comments() {
    let found = Found {
        stack_name: "my stack".into(),
        backend: None,
        terraform_dirs: vec!["terraform/live".into(), "terraform/dev".into()],
        playbooks: vec![FoundPlaybook {
            path: "ansible/site.yml".into(),
            hosts: vec!["web".into(), "db".into()],
        }],
        resource_types: vec!["aws_eip".into(), "aws_instance".into()],
        runners: find_runners(&[("terraform/main.tf", MAIN)]),
    };
    let text = write_config(&found);
    let config = Config::parse(&text, "infra.hcl").unwrap();
    let names: Vec<_> = config.stacks["my-stack"]
        .playbooks
        .iter()
        .map(|playbook| playbook.name.as_str())
        .collect();
    assert_eq!(names, ["site", "extra", "local", "joined"]);
    insta::assert_snapshot!(text, @r##"
    # What infra knows of this stack. Paths are relative to this file.
    # `infra validate` checks it; `infra plan` shows what would happen.

    stack "my-stack" {
      # The root module. Also: binary, var_files, workspace, env, refresh_after_apply.
      # Another root module, for a stack of its own: terraform/dev
      terraform {
        dir = "terraform/live"
      }

      # Where infra keeps what it ran, and the lock that keeps two runs apart.
      backend "local" {}

      # Drift that is expected. Without a rule, all drift counts as a change.
      # drift {
      #   benign "ephemeral-public-ip" {
      #     resources  = ["aws_instance.*"]
      #     attributes = ["public_ip", "public_dns"]
      #     reason     = "no fixed address: a new one at every start"
      #   }
      # }

      # Hosts of the common providers are found without this block. With it, only what it
      # names is a host. `self` is the resource as Terraform knows it.
      # inventory {
      #   hosts "aws_instance" {
      #     when    = try(startswith(self.tags.Name, "web-"), false)
      #     name    = self.tags.Name
      #     address = self.public_ip
      #     groups  = ["web"]
      #     vars    = { machine = self.id }
      #   }
      # }

      # Until now run by null_resource.run_ansible_playbook (terraform/main.tf:13).
      # Take that block out, and add in its place:
      #
      #   removed {
      #     from = null_resource.run_ansible_playbook
      #
      #     lifecycle {
      #       destroy = false
      #     }
      #   }
      playbook "site" {
        path  = "ansible/site.yml"
        hosts = ["db", "web"]
      }

      # Until now run by terraform_data.extra (terraform/main.tf:25).
      # Take that block out, and add in its place:
      #
      #   removed {
      #     from = terraform_data.extra
      #
      #     lifecycle {
      #       destroy = false
      #     }
      #   }
      playbook "extra" {
        path = "ansible/extra.yml"
      }

      # Until now run by terraform_data.extra (terraform/main.tf:25).
      playbook "local" {
        path = "terraform/local.yml"
      }

      # Until now run by null_resource.joined (terraform/main.tf:46).
      # Take that block out, and add in its place:
      #
      #   removed {
      #     from = null_resource.joined
      #
      #     lifecycle {
      #       destroy = false
      #     }
      #   }
      playbook "joined" {
        path = "terraform/joined.yml"
      }

      # null_resource.dynamic also runs ${var.playbook}, whose path only Terraform knows.
    }
    "##);
}

#[test]
fn the_examples_in_the_comments_are_valid() {
    for resource_type in ["", "google_compute_instance", "hcloud_server"] {
        examples_are_valid(resource_type);
    }
}

fn examples_are_valid(resource_type: &str) {
    let found = Found {
        resource_types: vec![resource_type.to_owned()],
        ..Found::default()
    };
    let text = write_config(&found);
    let mut inside = false;
    let uncommented: Vec<&str> = text
        .lines()
        .map(|line| {
            let code = line.strip_prefix("  # ").filter(|code| {
                inside |= code.ends_with('{') && !code.starts_with(' ');
                inside
            });
            inside &= code != Some("}");
            code.unwrap_or(line)
        })
        .collect();
    let config = Config::parse(&uncommented.join("\n"), "infra.hcl").unwrap();
    let stack = &config.stacks["main"];
    assert_eq!(
        (
            stack.drift.benign.len(),
            stack.inventory.hosts.len(),
            stack.playbooks.len()
        ),
        (1, 1, 1)
    );
}

proptest! {
    #[test]
    fn whatever_is_found_what_is_written_can_be_read(
        stack_name in any::<String>(), dir in any::<String>(), path in any::<String>(),
        hosts in prop::collection::vec(any::<String>(), 0..3), other in "[$%{}\"\\\\a\n.]{0,12}",
    ) {
        let runner = Runner { address: other.clone(), file: path.clone(), line: 1, playbooks: vec![other.clone(), path.clone()] };
        let found = Found {
            stack_name,
            backend: Some("s3".into()),
            terraform_dirs: vec![dir.clone(), other.clone()],
            playbooks: vec![FoundPlaybook { path: format!("x{path}"), hosts }, FoundPlaybook { path: format!("y{other}"), hosts: Vec::new() }],
            resource_types: vec![format!("{other}_instance")],
            runners: vec![runner],
        };
        let text = write_config(&found);
        let config = Config::parse(&text, "infra.hcl");
        prop_assert!(config.is_ok(), "{}\n{}", text, config.unwrap_err());
        let config = config.unwrap();
        let stack = &config.stacks[0];
        prop_assert_eq!(stack.terraform.dir.as_str(), if dir.is_empty() { "." } else { dir.as_str() });
        prop_assert_eq!(stack.playbooks[0].path.as_str(), format!("x{path}"));
        prop_assert_eq!(stack.playbooks[1].path.as_str(), format!("y{other}"));
    }

    #[test]
    fn any_source_is_searched(text in any::<String>(), command in any::<String>()) {
        let command: String = command.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
        let source = format!(
            "resource \"null_resource\" \"x\" {{\n  provisioner \"local-exec\" {{\n    command = \"ansible-playbook {}\"\n  }}\n}}\n",
            command.replace("${", "$${").replace("%{", "%%{"),
        );
        prop_assert_eq!(find_runners(&[("a.tf", &source), ("b.tf", &text)]).len(), 1);
        let _module = read_module(&[("b.tf", &text)]);
    }
}
