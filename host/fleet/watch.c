/* What Consul tells: a question for all keys of the fleet, which it answers when one has changed.
 */
#include "host/fleet/parts.h"

#include "common/own.h"
#include "host/exit_codes.h"

/* Between two of them, lest many changes at once cost a question each. */
enum { PAUSE_MS = 10 };

static void ask(struct fleet *fleet);

static void on_time(void *ctx)
{
	struct fleet *fleet = ctx;
	fleet->watch_timer = 0;
	ask(fleet);
}

/* An index that has become lower is of another Consul: all of it is asked for then. */
static int take_view(struct fleet *fleet, const struct http_response *response, struct error *err)
{
	struct fleet_view view = {0};
	const char *text = response->status == 200 ? buf_text(&response->body) : "[]";
	size_t len = response->status == 200 ? response->body.len : 2;
	uint64_t index = fleet_reply_index(response);
	int status = fleet_view_read(&view, fleet->is.prefix, text, len, err);
	if (status == 0 && !index)
		status = error_set(err, "there is no X-Consul-Index");
	if (status < 0) {
		fleet_view_free(&view);
		error_wrap(err, "%s gave no answer that is one", fleet->is.consul->name);
		return error_class(err, EXIT_VALUES, ERROR_CONSUL_ANSWER);
	}
	fleet_view_free(&fleet->view);
	fleet->view = view;
	fleet->index = index < fleet->index ? 0 : index;
	fleet->serial++;
	return 0;
}

int fleet_watch_begin(struct fleet *fleet, struct error *err)
{
	struct fleet_question question = {0};
	struct http_response response = {0};
	fleet_ask_for_view(&question, fleet->is.prefix, 0);
	int status = -1;
	if (fleet_ask_now(&fleet->consul, &question, &response, err) == FLEET_YES)
		status = take_view(fleet, &response, err);
	http_response_free(&response);
	fleet_question_free(&question);
	if (status < 0)
		return error_wrap(err, "no fleet");
	ask(fleet);
	return 0;
}

static void on_view(void *ctx, enum fleet_reply reply, const struct http_response *response,
		    struct error *err)
{
	struct fleet *fleet = ctx;
	fleet->watch = NULL;
	if (reply == FLEET_YES && take_view(fleet, response, err) < 0)
		reply = FLEET_BAD;
	if (reply != FLEET_YES) {
		fleet_trouble(fleet, reply, err);
		return;
	}
	fleet->watch_timer = loop_after(fleet->consul.loop, PAUSE_MS, on_time, fleet);
	if (fleet->is_up)
		fleet_settle(fleet);
	else
		fleet_back(fleet);
}

static void ask(struct fleet *fleet)
{
	struct fleet_question question = {0};
	fleet_ask_for_view(&question, fleet->is.prefix, fleet->index);
	fleet->watch = fleet_ask(&fleet->consul, &question, on_view, fleet);
}

void fleet_watch_anew(struct fleet *fleet)
{
	fleet_watch_end(fleet);
	fleet->index = 0;
	ask(fleet);
}

void fleet_watch_end(struct fleet *fleet)
{
	fleet_ask_cancel(STEAL(fleet->watch));
	loop_cancel(fleet->consul.loop, fleet->watch_timer);
	fleet->watch_timer = 0;
}
