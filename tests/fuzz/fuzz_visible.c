/* What a step prints, on its way to a terminal: nothing that a terminal would obey may pass, and no
 * more columns than there are. */
#include "common/own.h"
#include "host/graph/svg.h"
#include "host/progress/visible.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf line = {0}, again = {0}, cut = {0}, picture = {0};
	visible_add(&line, (const char *)data, size);
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.data[i] < ' ' || line.data[i] == 0x7f)
			abort();
	visible_add(&again, buf_text(&line), line.len);
	if (again.len != line.len || memcmp(buf_text(&again), buf_text(&line), line.len) != 0)
		abort();
	if (visible_fit(&cut, buf_text(&line), 40) > 40)
		abort();
	svg_text(&picture, (const char *)data, size);
	if (strpbrk(buf_text(&picture), "<>\""))
		abort();
	return 0;
}
