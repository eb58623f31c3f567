/* GET of a directory: a line for each entry. */
#include "agent/session/agent.h"
#include "common/own.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* As ls -l shows them. */
static void add_mode(struct buf *out, mode_t mode)
{
	static const char letters[] = "rwxrwxrwx";
	static const struct {
		mode_t kind;
		char letter;
	} kinds[] = {{S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFCHR, 'c'},
		     {S_IFBLK, 'b'}, {S_IFIFO, 'p'}, {S_IFSOCK, 's'}};
	char text[] = "----------";
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if ((mode & S_IFMT) == kinds[i].kind)
			text[0] = kinds[i].letter;
	for (int i = 0; i < 9; i++)
		if (mode & (0400 >> i))
			text[i + 1] = letters[i];
	if (mode & S_ISUID)
		text[3] = mode & 0100 ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & 010 ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & 01 ? 't' : 'T';
	buf_puts(out, text);
}

static void add_entry(struct buf *out, int directory, const char *name)
{
	struct stat stat;
	char target[PATH_MAX];
	if (fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		return; /* gone meanwhile */
	add_mode(out, stat.st_mode);
	buf_printf(out, " %5u %5u %10lld %s", stat.st_uid, stat.st_gid, (long long)stat.st_size,
		   name);
	ssize_t len =
		S_ISLNK(stat.st_mode) ? readlinkat(directory, name, target, sizeof target) : -1;
	if (len >= 0)
		buf_printf(out, " -> %.*s", (int)len, target);
	buf_puts(out, "\n");
}

static int not_itself(const struct dirent *entry)
{
	const char *name = entry->d_name;
	return !(name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])));
}

int list_directory(struct agent *agent, uint32_t id, int directory, const char *path,
		   struct error *err)
{
	auto_buf struct buf text = {0};
	autoentries struct entries entries = {0};
	entries.count = scandir(path, &entries.items, not_itself, alphasort);
	if (entries.count < 0)
		return error_errno(err, "can't list \"%s\"", path);
	for (int i = 0; i < entries.count; i++)
		add_entry(&text, directory, entries.items[i]->d_name);
	frame_add(&agent->outbox.bytes, FRAME_DATA, id, text.data, text.len);
	answer_result(&agent->outbox.bytes, id, NULL);
	return 0;
}
