//! What somebody does in the cloud past Terraform and `infra`.

use std::collections::BTreeMap;

use crate::{Project, Run};

const MAKE_ZONE: &str = r#"
client = boto3.client("route53")
print(client.create_hosted_zone(Name=sys.argv[1], CallerReference="1")["HostedZone"]["Id"].split("/")[-1])
"#;

const RECORDS: &str = r#"
client = boto3.client("route53")
zone = client.list_hosted_zones()["HostedZones"][0]["Id"]
sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
values = lambda found: [value["Value"] for value in found.get("ResourceRecords", [])]
print(json.dumps({f'{found["Name"]} {found["Type"]}': values(found) for found in sets if found["Type"] not in ("NS", "SOA")}))
"#;

const DELETE_BUCKET: &str = r#"
bucket = boto3.resource("s3").Bucket(sys.argv[1])
bucket.object_versions.delete()
bucket.delete()
"#;

impl Project {
    /// A script of Python that has boto3; what is added to the command are its arguments.
    pub fn boto(&self, script: &str) -> Run {
        let script = format!("import boto3, json, sys\n{script}");
        self.run("python").args(["-c", &script])
    }

    /// Deletes a bucket with all versions of all that is in it.
    pub fn delete_bucket(&self, name: &str) {
        self.boto(DELETE_BUCKET).args([name]).succeeds();
    }

    /// Makes a hosted zone in Route 53, and returns its id.
    pub fn make_zone(&self, name: &str) -> String {
        let made = self.boto(MAKE_ZONE).args([name]).succeeds();
        made.stdout.trim().to_owned()
    }

    /// The values of the records in the only zone there is, by name and type as in
    /// `web.example. A`, but those that a zone has by itself. An alias has no value.
    pub fn records(&self) -> BTreeMap<String, Vec<String>> {
        let printed = self.boto(RECORDS).succeeds();
        serde_json::from_str(&printed.stdout).expect("the script prints lists of texts by name")
    }
}
