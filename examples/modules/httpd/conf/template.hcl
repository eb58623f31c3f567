template {
  source      = "httpd.conf.ctmpl"
  destination = "/etc/httpd.conf"
}

template {
  source      = "httpd.start.ctmpl"
  destination = "/etc/httpd.start"
  perms       = 0755
}
