# What `agent init` does beside running the service. Consul is where CONSUL_HTTP_ADDR says.
template {
  source      = "greeter.conf.ctmpl"
  destination = "/run/greeter.conf"
}

# After a change the service reads its configuration again.
exec {
  reload_signal = "SIGHUP"
  kill_timeout  = "5s"
}

facts {
  prefix   = "facts/greeter"
  interval = "1m"
}
