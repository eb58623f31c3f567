# consul-template's format: which template goes where.
template {
  source      = "parrot.conf.ctmpl"
  destination = "/etc/parrot.conf"
  perms       = 0644
}
