#include "host/interactive/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ROWS = 24, COLS = 80 }; /* of a terminal that does not tell */

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void terminal_size(unsigned *rows, unsigned *cols)
{
	struct winsize size = {0};
	bool told = ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0;
	*rows = told && size.ws_row ? size.ws_row : ROWS;
	*cols = told && size.ws_col ? size.ws_col : COLS;
}

int terminal_keep(struct terminal *terminal, struct error *err)
{
	if (tcgetattr(STDIN_FILENO, &terminal->before) < 0)
		return error_errno(err, "can't read the terminal's modes");
	terminal->is_kept = true;
	return 0;
}

int terminal_make_raw(struct terminal *terminal, struct error *err)
{
	if (terminal_keep(terminal, err) < 0)
		return -1;
	struct termios raw = terminal->before;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return error_errno(err, "can't change the terminal's modes");
	return 0;
}

/* At once: a terminal that takes no output must not hold it up. */
void terminal_restore(struct terminal *terminal)
{
	if (terminal->is_kept)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
	terminal->is_kept = false;
}

int terminal_write(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t wrote = write(fd, data, len);
		if (wrote < 0 && errno == EAGAIN)
			poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1);
		else if (wrote < 0 && errno != EINTR)
			return -1;
		if (wrote > 0) {
			data += wrote;
			len -= (size_t)wrote;
		}
	}
	return 0;
}
