resource "aws_route53_record" "host" {
  # checkov:skip=CKV2_AWS_23: the addresses are of instances that the caller makes
  for_each = var.hosts

  zone_id = var.zone_id
  name    = "${each.key}.${var.domain}"
  type    = "A"
  ttl     = var.ttl
  records = [each.value]
}

resource "aws_route53_record" "alias" {
  count = var.alias == null ? 0 : 1

  zone_id = var.zone_id
  name    = "${var.alias.name}.${var.domain}"
  type    = "A"

  alias {
    name                   = var.alias.dns_name
    zone_id                = var.alias.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_health_check" "host" {
  for_each = var.health_checked

  # By name: a new address needs no new check.
  fqdn          = aws_route53_record.host[each.key].name
  port          = var.port
  type          = "HTTPS"
  resource_path = var.health_path
  # SNI, so that the proxy answers with the certificate of this name.
  enable_sni        = true
  request_interval  = 30
  failure_threshold = 3

  tags = merge(var.tags, { Name = "${each.key}.${var.domain}" })
}
