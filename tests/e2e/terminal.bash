# A terminal that a test types at and looks at: tmux, on a socket of its own.

# open_terminal COLUMNS ROWS: a shell on it, in the test's directory.
open_terminal() {
	SCREEN=factory-test-$$-$RANDOM # another each time: a server may still be on its way out
	tmux -L "$SCREEN" -f /dev/null new-session -d -x "$1" -y "$2" \
		"env PS1='> ' FACTORY='$FACTORY' DOCKER_HOST='$DOCKER_HOST' BASE='$BASE' bash --norc --noprofile"
	tmux -L "$SCREEN" set-option -g remain-on-exit on
	tmux -L "$SCREEN" set-option -g history-limit 5000
	sees '> '
}

close_terminal() {
	[ -z "${SCREEN:-}" ] || tmux -L "$SCREEN" kill-server 2>/dev/null || true
}

# type_line TEXT: and Enter.
type_line() {
	tmux -L "$SCREEN" send-keys -l "$1"
	tmux -L "$SCREEN" send-keys Enter
}

# press KEY...: as tmux calls it, such as C-c.
press() {
	tmux -L "$SCREEN" send-keys "$@"
}

# What is on the screen and above it.
screen() {
	tmux -L "$SCREEN" capture-pane -p -J -S -
}

# The same with its colours.
painted_screen() {
	tmux -L "$SCREEN" capture-pane -p -J -e -S -
}

# sees TEXT: it comes to be on the screen within 20 s.
sees() {
	for _ in $(seq 200); do
		case "$(screen)" in *"$1"*) return 0 ;; esac
		sleep 0.1
	done
	printf 'not on the screen: %s\nbut:\n%s\n' "$1" "$(screen)" >&2
	return 1
}

# sees_times COUNT TEXT: as often as that.
sees_times() {
	for _ in $(seq 200); do
		[ "$(screen | grep -cF -- "$2")" -ge "$1" ] && return 0
		sleep 0.1
	done
	printf 'not %s times on the screen: %s\nbut:\n%s\n' "$1" "$2" "$(screen)" >&2
	return 1
}
