#include "agent/render/life/record.h"

#include "agent/source/answers.h"
#include "common/file.h"
#include "common/json.h"

static bool was_before(const struct job *jobs, size_t job, size_t use)
{
	for (size_t i = 0; i <= job; i++)
		for (size_t u = 0; u < (i == job ? use : jobs[i].use_count); u++)
			if (jobs[i].uses[u] == jobs[job].uses[use])
				return true;
	return false;
}

int record_write(const char *path, const struct job *jobs, size_t count, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *root = value_map(&arena), *answers = value_list(&arena);
	value_set(&arena, root, "factory_values", value_int(&arena, ANSWERS_FORMAT));
	value_set(&arena, root, "answers", answers);
	for (size_t i = 0; i < count; i++)
		for (size_t u = 0; u < jobs[i].use_count; u++)
			if (!was_before(jobs, i, u))
				answers_add(&arena, answers, live_want(jobs[i].uses[u]),
					    live_value(jobs[i].uses[u]), 0);
	json_write_pretty(&text, root, 2);
	buf_putc(&text, '\n');
	return file_replace(path, text.data, text.len, 0600, (uid_t)-1, (gid_t)-1, err);
}
