/* What Consul tells: a question for all keys of the fleet, answered when one has changed. */
#include "host/fleet/watch.h"

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

static int spoil(const struct fleet_consul *consul, struct error *err)
{
	error_wrap(err, "%s gave no answer that is one", consul->target->name);
	return error_class(err, EXIT_VALUES, ERROR_CONSUL_ANSWER);
}

static int read_view(const struct fleet_consul *consul, const char *prefix,
		     const struct http_response *response, struct fleet_view *view,
		     struct error *err)
{
	bool has_keys = response->status == 200;
	if (fleet_view_read(view, prefix, has_keys ? buf_text(&response->body) : "[]",
			    has_keys ? response->body.len : 2, err) == 0)
		return 0;
	return spoil(consul, err);
}

/* An index that has become lower is of another Consul: all of it is asked for then. */
static int take_view(struct fleet *fleet, const struct http_response *response, struct error *err)
{
	struct fleet_view view = {0};
	uint64_t index = fleet_reply_index(response);
	if (!index) {
		error_set(err, "there is no X-Consul-Index");
		return spoil(&fleet->consul, err);
	}
	if (read_view(&fleet->consul, fleet->is.prefix, response, &view, err) < 0) {
		fleet_view_free(&view);
		return -1;
	}
	fleet_view_free(&fleet->view);
	fleet->view = view;
	fleet->index = index < fleet->index ? 0 : index;
	fleet->serial++;
	return 0;
}

/* All keys as they are now. The response is the caller's. */
static int look(struct fleet_consul *consul, const char *prefix, struct http_response *response,
		struct error *err)
{
	struct fleet_question question = {0};
	fleet_ask_for_view(&question, prefix, 0);
	enum fleet_reply reply = fleet_ask_now(consul, &question, response, err);
	fleet_question_free(&question);
	return reply == FLEET_YES ? 0 : -1;
}

int fleet_look(const struct consul_target *target, const char *prefix, struct fleet_view *view,
	       struct error *err)
{
	struct fleet_consul consul = {0};
	auto_response struct http_response response = {0};
	int status = fleet_consul_open(&consul, target, NULL, err);
	if (status == 0)
		status = look(&consul, prefix, &response, err);
	if (status == 0)
		status = read_view(&consul, prefix, &response, view, err);
	fleet_consul_close(&consul);
	return status;
}

int fleet_watch_begin(struct fleet *fleet, struct error *err)
{
	auto_response struct http_response response = {0};
	int status = look(&fleet->consul, fleet->is.prefix, &response, err);
	if (status == 0)
		status = take_view(fleet, &response, err);
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
