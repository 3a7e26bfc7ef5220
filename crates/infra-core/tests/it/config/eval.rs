//! Expressions have the values that Terraform gives them.

use infra_core::config::{Expr, Scope, resource_names};
use infra_core::hint::Hint;
use infra_core::json::Value;

const INSTANCE: &str = r#"{
    "id": "i-0123", "count": 12345678901234567890123, "ratio": 1.50, "empty": "", "nothing": null,
    "tags": {"Name": "prom-1", "Role": "prometheus", "a b": "c"},
    "list": ["a", "b", "c"],
    "disks": [{"id": "d1", "size": 10}, {"id": "d2", "size": 20}],
    "public_ip": "192.0.2.7"
}"#;

fn eval(text: &str) -> Result<String, String> {
    let values = Value::parse(INSTANCE).unwrap();
    let resource = resource_names(
        "module.m.aws_instance.web[\"a\"]",
        Some("module.m"),
        "aws_instance",
        "web",
        Some("a".into()),
    );
    let scope = Scope::new()
        .with("self", &values)
        .with("resource", &resource);
    let expr = Expr::parse(text).map_err(|error| error.to_string())?;
    expr.eval(&scope)
        .map(|value| value.to_string())
        .map_err(|error| error.to_string())
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(eval(text).as_deref(), Ok(*expected), "{text}");
    }
}

#[track_caller]
fn fails(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let error = eval(text).expect_err(text);
        assert!(error.contains(expected), "{text}\n{error}");
    }
}

#[test]
fn numbers_stay_as_terraform_wrote_them() {
    check(&[
        ("self.count", "12345678901234567890123"),
        ("self.ratio", "1.50"),
        (
            "[98765432109876543210, -1, 007, 1.5e3]",
            "[98765432109876543210,-1,7,1500]",
        ),
        ("self.count == 12345678901234567890123", "true"),
        ("self.count == 12345678901234567890124", "false"),
        ("self.count + 1", "12345678901234567890124"),
        ("self.ratio == 1.5", "true"),
        (
            "\"${self.count}x${self.ratio}\"",
            "\"12345678901234567890123x1.5\"",
        ),
        ("0.1 + 0.2", "0.3"),
        ("7 / 2", "3.5"),
        ("1 / 3 > 0.333 && 1 / 3 < 0.334", "true"),
        ("-7 % 3", "-1"),
        ("-self.disks[0].size", "-10"),
        ("\"5\" * 2", "10"),
    ]);
    fails(&[
        ("1 / 0", "division by zero"),
        ("1 + true", "must be a number, not a boolean"),
        ("\"x\" - 1", "number"),
    ]);
}

#[test]
fn operators_bind_as_in_hcl() {
    check(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("1 + 1 == 2 && !false", "true"),
        ("true || false && false", "true"),
        ("1 < 2 == true", "true"),
        ("\"1\" == 1", "false"),
        ("\"a\" != null", "true"),
        ("[1, {a = 2}] == [1.0, {a = 2e0}]", "true"),
        (
            "self.tags.Role == \"prometheus\" ? \"yes\" : \"no\"",
            "\"yes\"",
        ),
        ("\"true\" ? 1 : 1 / 0", "1"),
        ("false && 1 / 0 == 1", "false"),
        ("true || 1 / 0 == 1", "true"),
        ("2 >= 2 ? 2 > 2 : 3 <= 2", "false"),
        ("9 - 3 - 2", "4"),
    ]);
}

#[test]
fn what_is_missing_is_null() {
    check(&[
        ("self.missing", "null"),
        ("self.missing.deeper[0][\"x\"].still", "null"),
        ("self.list[7]", "null"),
        ("self.list[-1]", "null"),
        ("self.nothing.x", "null"),
        ("self.missing[*].x", "[]"),
        ("self.tags.Nope == \"x\"", "false"),
        ("coalesce(self.missing, self.empty, self.id)", "\"i-0123\""),
    ]);
    fails(&[
        (
            "self.id.x",
            "what has an attribute \"x\" must be an object, not a string",
        ),
        ("self.disks.id", "must be an object, not a list"),
        ("self.list[\"x\"]", "the index of a list must be a number"),
        ("self.list[true]", "an index must be a number or a string"),
        (
            "\"${self.missing}\" == 1 ? 1 : \"x${self.missing}\"",
            "what a template includes must be a string, not null",
        ),
    ]);
}

#[test]
fn in_try_and_can_what_is_missing_is_an_error() {
    check(&[
        ("try(self.missing, \"default\")", "\"default\""),
        ("try(self.tags.Nope, self.list[9], self.id)", "\"i-0123\""),
        ("try(self.nothing, \"x\")", "null"),
        ("can(self.missing)", "false"),
        ("can(self.id)", "true"),
        ("can(regex(\"^x\", self.id))", "false"),
        ("try(1 / 0, nope(), tonumber(\"x\"), 5)", "5"),
        ("[try(self.missing, 1), self.missing]", "[1,null]"),
    ]);
    fails(&[
        ("try(self.missing)", "there is no attribute \"missing\""),
        ("try()", "at least one"),
    ]);
}

#[test]
fn traversals_and_splats() {
    check(&[
        ("self.list[1]", "\"b\""),
        ("self.list.1", "\"b\""),
        ("self.list[\"1\"]", "\"b\""),
        ("self[\"tags\"][\"a b\"]", "\"c\""),
        ("self.disks[*].id", "[\"d1\",\"d2\"]"),
        ("self.disks[*][\"size\"]", "[10,20]"),
        ("self.disks.*.id", "[\"d1\",\"d2\"]"),
        ("self.disks.*.id[0]", "\"d1\""),
        ("self.id[*]", "[\"i-0123\"]"),
        ("{a = 1}.a", "1"),
        (
            "{\"a b\" = 1, (self.id) = 2, c : 3}",
            "{\"a b\":1,\"i-0123\":2,\"c\":3}",
        ),
        ("resource.key", "\"a\""),
        ("\"${resource.name}-${resource.key}\"", "\"web-a\""),
    ]);
}

#[test]
fn for_expressions() {
    check(&[
        ("[for x in self.list : upper(x)]", "[\"A\",\"B\",\"C\"]"),
        (
            "[for i, x in self.list : \"${i}${x}\" if i != 1]",
            "[\"0a\",\"2c\"]",
        ),
        (
            "{for d in self.disks : d.id => d.size}",
            "{\"d1\":10,\"d2\":20}",
        ),
        ("{for k, v in {b = 1, a = 2} : k => v}", "{\"a\":2,\"b\":1}"),
        (
            "{for x in [\"a\", \"b\", \"a\"] : x => true...}",
            "{\"a\":[true,true],\"b\":[true]}",
        ),
        (
            "[for x in [[1, 2], [3]] : [for y in x : y * 10]]",
            "[[10,20],[30]]",
        ),
        ("[for k, v in self.tags : k]", "[\"Name\",\"Role\",\"a b\"]"),
    ]);
    fails(&[
        ("{for x in [1, 1] : x => x}", "a key is made twice"),
        ("[for x in 5 : x]", "must be a list or an object"),
        ("[for x in self.list : y]", "nothing is called \"y\" here"),
    ]);
}

#[test]
fn templates() {
    check(&[
        ("\"${self.list}\"", "[\"a\",\"b\",\"c\"]"),
        (
            "\"a $${x} %%{y} \\u00e9 \\\"q\\\"\"",
            "\"a ${x} %{y} é \\\"q\\\"\"",
        ),
        (
            "\"%{ if self.id == \"x\" }yes%{ else }no%{ endif }\"",
            "\"no\"",
        ),
        ("\"%{ if true }a\\n%{ endif }b\"", "\"a\\nb\""),
        (
            "\"%{ for x in self.list }<${x}>%{ endfor }\"",
            "\"<a><b><c>\"",
        ),
        (
            "\"%{ for i, x in self.list ~}  ${i}${x}  %{~ endfor }\"",
            "\"0a1b2c\"",
        ),
        ("\"a   ${~ 1 ~}   b\"", "\"a1b\""),
        ("<<EOT\na ${1 + 1}\n  b\nEOT\n", "\"a 2\\n  b\\n\""),
        ("<<-EOT\n    a\n      b\n    EOT\n", "\"a\\n  b\\n\""),
        (
            "<<EOT\n%{ for x in self.list ~}\n  ${x}\n%{ endfor ~}\nEOT\n",
            "\"  a\\n  b\\n  c\\n\"",
        ),
        ("\"${true}${1.0}\"", "\"true1\""),
    ]);
}

#[test]
fn numeric_functions() {
    check(&[
        (
            "[abs(-5), ceil(1.2), ceil(-1.2), floor(1.8), floor(-1.2), floor(3)]",
            "[5,2,-1,1,-2,3]",
        ),
        (
            "[max(1, \"7\", 3), min([4, 2]...), pow(2, 10), pow(3, 0), signum(-9)]",
            "[7,2,1024,1,-1]",
        ),
        ("[parseint(\"ff\", 16), parseint(\"-101\", 2)]", "[255,-5]"),
    ]);
    fails(&[
        ("parseint(\"9\", 8)", "not a whole number in base 8"),
        ("max()", "needs at least 1 argument, has 0"),
    ]);
}

#[test]
fn string_functions() {
    check(&[
        ("chomp(\"a\\r\\n\\n\")", "\"a\""),
        ("indent(2, \"a\\nb\")", "\"a\\n  b\""),
        ("join(\"-\", [\"a\", 1], [\"b\"])", "\"a-1-b\""),
        ("split(\",\", \"a,b,\")", "[\"a\",\"b\",\"\"]"),
        (
            "[lower(\"ÄB\"), upper(\"ß\"), title(\"hello wide-world\"), strrev(\"abc\")]",
            "[\"äb\",\"ß\",\"Hello Wide-World\",\"cba\"]",
        ),
        (
            "[substr(\"hello\", 1, 3), substr(\"hello\", -3, -1), substr(\"hé\", 1, 9)]",
            "[\"ell\",\"llo\",\"é\"]",
        ),
        (
            "[trim(\"?!a!?\", \"!?\"), trimprefix(\"xax\", \"x\"), trimsuffix(\"xax\", \"x\"), trimspace(\" a\\n\")]",
            "[\"a\",\"ax\",\"xa\",\"a\"]",
        ),
        (
            "[startswith(\"ab\", \"a\"), endswith(\"ab\", \"a\"), strcontains(\"ab\", \"b\")]",
            "[true,false,true]",
        ),
        ("replace(\"a.b.c\", \".\", \"-\")", "\"a-b-c\""),
        (
            "replace(\"ip-10-0-0-1\", \"/^ip-(\\\\d+)-/\", \"$1.\")",
            "\"10.0-0-1\"",
        ),
        ("regex(\"\\\\d+\", \"a12b\")", "\"12\""),
        ("regex(\"(\\\\w)(\\\\d)\", \"a1\")", "[\"a\",\"1\"]"),
        (
            "regex(\"(?P<l>\\\\w)(?P<d>\\\\d)\", \"a1\")",
            "{\"l\":\"a\",\"d\":\"1\"}",
        ),
        ("regexall(\"\\\\d\", \"a1b2\")", "[\"1\",\"2\"]"),
    ]);
    fails(&[
        (
            "regex(\"(\", \"a\")",
            "the pattern is not a regular expression",
        ),
        ("regex(\"x\", \"a\")", "does not match"),
        ("lower(null)", "the argument must be a string, not null"),
        ("upper(\"a\", \"b\")", "needs 1 argument, has 2"),
    ]);
}

#[test]
fn format_has_the_verbs_of_terraform() {
    check(&[
        (
            "format(\"%s-%03d|%5s|%-5s|\", \"a\", 7, \"b\", \"c\")",
            "\"a-007|    b|c    |\"",
        ),
        (
            "format(\"%v %v %v %v\", 1.50, true, null, [1])",
            "\"1.5 true null [1]\"",
        ),
        (
            "format(\"%q %#v %t %x %X %o %b %.2f %e %%\", \"a\\\"\", \"b\", true, 255, 255, 8, 5, 2.345, 1500)",
            "\"\\\"a\\\\\\\"\\\" \\\"b\\\" true ff FF 10 101 2.35 1.500000e+03 %\"",
        ),
        ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "\"b a\""),
        ("format(\"%+d %05d\", 3, -3)", "\"+3 -0003\""),
        (
            "format(\"%d\", 12345678901234567890123)",
            "\"12345678901234567890123\"",
        ),
        (
            "formatlist(\"%s.%s\", [\"a\", \"b\"], \"example.com\")",
            "[\"a.example.com\",\"b.example.com\"]",
        ),
    ]);
    fails(&[
        ("format(\"%s\")", "needs argument 1, there are 0"),
        ("format(\"%s\", 1, 2)", "there are 2 arguments for 1 verbs"),
        ("format(\"%d\", \"x\")", "%d needs a number, not a string"),
        ("format(\"%y\", 1)", "there is no verb %y"),
        ("format(\"%999999999s\", 1)", "more than 1024"),
    ]);
}

#[test]
fn collection_functions() {
    check(&[
        (
            "[alltrue([]), alltrue([true, \"true\"]), anytrue([false, null])]",
            "[true,true,false]",
        ),
        ("chunklist([1, 2, 3], 2)", "[[1,2],[3]]"),
        ("coalesce(null, \"\", \"x\")", "\"x\""),
        ("coalescelist([], null, [1])", "[1]"),
        ("compact([\"a\", \"\", null])", "[\"a\"]"),
        ("concat([1], [2, 3])", "[1,2,3]"),
        (
            "[contains([1, 2], 2.0), contains([\"1\"], 1)]",
            "[true,false]",
        ),
        ("distinct([1, 1.0, \"1\", 2])", "[1,\"1\",2]"),
        ("[element([1, 2, 3], 4), element([1, 2], -1)]", "[2,2]"),
        ("flatten([1, [2, [3, []]]])", "[1,2,3]"),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        (
            "[keys({b = 1, a = 2}), values({b = 1, a = 2})]",
            "[[\"a\",\"b\"],[2,1]]",
        ),
        ("[length(\"é1\"), length([1]), length({a = 1})]", "[2,1,1]"),
        (
            "[lookup({a = 1}, \"a\", 2), lookup({a = 1}, \"b\", 2), lookup(self.missing, \"b\", 3)]",
            "[1,2,3]",
        ),
        ("merge({a = 1, b = 2}, null, {b = 3})", "{\"a\":1,\"b\":3}"),
        ("[one([]), one([5])]", "[null,5]"),
        (
            "[range(3), range(1, 4), range(4, 1), range(0, 1, 0.25), range(0)]",
            "[[0,1,2],[1,2,3],[4,3,2],[0,0.25,0.5,0.75],[]]",
        ),
        ("reverse([1, 2])", "[2,1]"),
        ("setintersection([\"b\", \"a\"], [\"a\", \"c\"])", "[\"a\"]"),
        ("setproduct([1, 2], [\"a\"])", "[[1,\"a\"],[2,\"a\"]]"),
        ("setsubtract([\"b\", \"a\"], [\"a\"])", "[\"b\"]"),
        ("setunion([\"b\"], [\"a\", \"b\"])", "[\"a\",\"b\"]"),
        ("slice([1, 2, 3], 1, 3)", "[2,3]"),
        ("sort([\"b\", \"a\", \"B\"])", "[\"B\",\"a\",\"b\"]"),
        ("sum([1, 2.5, \"3\"])", "6.5"),
        (
            "transpose({a = [\"x\", \"y\"], b = [\"y\"]})",
            "{\"x\":[\"a\"],\"y\":[\"a\",\"b\"]}",
        ),
        ("zipmap([\"a\", \"b\"], [1, 2])", "{\"a\":1,\"b\":2}"),
    ]);
    fails(&[
        ("one([1, 2])", "one element or none"),
        ("slice([1], 0, 2)", "not inside a list of 1"),
        ("range(5, 1, 1)", "the step"),
        ("element([], 0)", "the list is empty"),
        ("lookup({a = 1}, \"b\")", "no key \"b\""),
        ("coalesce(null, \"\")", "all arguments are null or empty"),
        ("merge({}, [1])", "argument 2 must be an object, not a list"),
    ]);
}

#[test]
fn encoding_and_type_functions() {
    check(&[
        ("base64encode(\"é\")", "\"w6k=\""),
        ("base64decode(\"w6k=\")", "\"é\""),
        (
            "jsonencode({b = [1.50, null], a = \"<é>\"})",
            r#""{\"a\":\"\\u003cé\\u003e\",\"b\":[1.50,null]}""#,
        ),
        (
            "jsondecode(\"{\\\"a\\\": 12345678901234567890123}\").a",
            "12345678901234567890123",
        ),
        ("urlencode(\"a b/ü\")", "\"a+b%2F%C3%BC\""),
        (
            "[tobool(\"true\"), tonumber(\"1.50\"), tostring(5), tonumber(null)]",
            "[true,1.5,\"5\",null]",
        ),
        (
            "[tolist([\"a\", 1]), toset([\"b\", \"a\", \"b\"]), tomap({a = 1, b = true})]",
            "[[\"a\",\"1\"],[\"a\",\"b\"],{\"a\":\"1\",\"b\":\"true\"}]",
        ),
    ]);
    fails(&[
        ("jsondecode(\"{\")", "is not JSON"),
        ("tobool(\"yes\")", "boolean"),
        ("base64decode(\"_w==\")", "not base64"),
    ]);
}

#[test]
fn cidr_functions() {
    check(&[
        (
            "[cidrhost(\"10.12.127.0/20\", 16), cidrhost(\"10.0.0.0/8\", -1)]",
            "[\"10.12.112.16\",\"10.255.255.255\"]",
        ),
        (
            "[cidrhost(\"fd00:fd12:3456:7890:00a2::/72\", 34), cidrhost(\"::/0\", -1)]",
            "[\"fd00:fd12:3456:7890::22\",\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\"]",
        ),
        (
            "[cidrnetmask(\"172.16.0.0/12\"), cidrnetmask(\"0.0.0.0/0\")]",
            "[\"255.240.0.0\",\"0.0.0.0\"]",
        ),
        (
            "[cidrsubnet(\"172.16.0.0/12\", 4, 2), cidrsubnet(\"10.1.2.0/24\", 4, 15), cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)]",
            "[\"172.18.0.0/16\",\"10.1.2.240/28\",\"fd00:fd12:3456:7800:a200::/72\"]",
        ),
        ("cidrsubnet(\"::/0\", 128, 5)", "\"::5/128\""),
    ]);
    fails(&[
        ("cidrhost(\"10.0.0.0/30\", 4)", "has no host number 4"),
        ("cidrhost(\"10.0.0.0/33\", 1)", "is not a network"),
        ("cidrhost(\"10.0.0.0\", 1)", "is not a network"),
        ("cidrnetmask(\"::/8\")", "no netmask"),
        ("cidrsubnet(\"10.0.0.0/24\", 9, 0)", "cannot grow by 9"),
        ("cidrsubnet(\"10.0.0.0/24\", 2, 4)", "no subnet number 4"),
    ]);
}

#[test]
fn an_error_shows_where() {
    let expr = Expr::parse("coalesce(\n  self.tags.Name,\n  uper(\"x\"),\n)").unwrap();
    let error = expr
        .eval(&Scope::new().with("self", &Value::Null))
        .unwrap_err();
    insta::assert_snapshot!(format!("{error}\nhint: {}", error.hints().join("\nhint: ")), @r#"
    there is no function "uper"
     --> expression:3:3
      |
    3 |   uper("x"),
      |   ^^^^
    hint: did you mean `upper`?
    "#);
}

#[test]
fn functions_that_are_not_pure_are_refused() {
    let hint = |text: &str| {
        Expr::parse(text)
            .unwrap()
            .eval(&Scope::new())
            .unwrap_err()
            .hints()
            .join(" ")
    };
    insta::assert_snapshot!(
        [hint("file(\"x\")"), hint("timestamp()"), hint("nonsensitive(1)"), hint("md5(\"x\")"), hint("lowr(1)")].join("\n"),
        @r"
    expressions depend on the resource alone: no function reads files, the clock or the environment
    expressions depend on the resource alone: no function reads files, the clock or the environment
    name the variable in `sensitive = [...]` of the `hosts` block instead
    functions that hash or encrypt are not available
    did you mean `lower`?
    "
    );
}

#[test]
fn dependence_on_the_resource_is_seen() {
    for (text, depends) in [
        ("self.id", true),
        ("\"x${self.id}\"", true),
        ("[for self in [1] : self]", false),
        ("[for x in [1] : self]", true),
        ("\"%{ for x in [1] }${resource.name}%{ endfor }\"", true),
        ("{ (self.id) = 1 }", true),
        ("lower(\"self\")", false),
        ("{ self = 1 }", false),
    ] {
        assert_eq!(
            Expr::parse(text).unwrap().depends_on_self(),
            depends,
            "{text}"
        );
    }
}

/// What `terraform console` 1.11.4 printed for `jsonencode(EXPRESSION)`, or `error`.
const CONSOLE: &str = include_str!("../../fixtures/config/terraform.tsv");

#[test]
fn terraform_gives_the_same_values() {
    for line in CONSOLE.lines() {
        let (text, expected) = line.rsplit_once('\t').unwrap();
        let value = Expr::parse(&format!("jsonencode({text})"))
            .unwrap()
            .eval(&Scope::new());
        let shown = value.as_ref().ok().and_then(Value::as_str);
        assert_eq!(shown.unwrap_or("error"), expected, "{text}");
    }
}

#[test]
fn an_error_says_nothing_of_a_value() {
    let values = Value::parse(r#"{"password": "hunter2", "pin": 4711.5}"#).unwrap();
    let scope = Scope::new().with("self", &values);
    for text in [
        "regex(\"^x\", self.password)",
        "parseint(self.password, 10)",
        "cidrhost(self.password, 1)",
        "tonumber(self.password)",
        "tobool(self.password)",
        "jsondecode(self.password)",
        "base64decode(self.password)",
        "self.password + 1",
        "self.password.x",
        "self.password[0]",
        "[1][self.password]",
        "index([1], self.password)",
        "format(\"%d\", self.password)",
        "format(\"%d\", self.pin)",
        "substr(\"x\", self.pin, 1)",
        "sum([self.password])",
        "{for x in [1, 2] : self.password => x}",
        "[for x in self.password : x]",
        "self.password ? 1 : 2",
    ] {
        let error = Expr::parse(text)
            .unwrap()
            .eval(&scope)
            .unwrap_err()
            .to_string();
        assert!(
            !error.contains("hunter2") && !error.contains("4711"),
            "{text}\n{error}"
        );
    }
}
