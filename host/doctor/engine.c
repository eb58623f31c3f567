#include "host/doctor/checks.h"

#include "common/own.h"
#include "host/engine/docker/endpoint.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define auto_kept __attribute__((cleanup(engine_kept_free)))

/* Below these the engine's disk is too full to build on, or soon will be. */
#define GIGABYTE 1e9
static const double disk_fails_below = 0.5 * GIGABYTE, disk_warns_below = 5 * GIGABYTE;

static void tell_socket(struct doctor *doctor, const char *path)
{
	static const char no_permission[] =
		"let an administrator run `usermod -aG GROUP USER` with the socket's group, and "
		"log in again; or use an engine without root";
	struct stat status;
	if (stat(path, &status) < 0) {
		doctor_add(doctor, "socket", DOCTOR_FAIL,
			   "start an engine (`systemctl start docker`), or name another with "
			   "--endpoint or DOCKER_HOST",
			   "%s: %s", path, strerror(errno));
		return;
	}
	if (access(path, R_OK | W_OK) == 0) {
		doctor_add(doctor, "socket", DOCTOR_OK, NULL, "%s may be used", path);
		return;
	}
	const struct group *group = getgrgid(status.st_gid);
	doctor_add(doctor, "socket", DOCTOR_FAIL, no_permission,
		   "%s is its group %s's, and no one else's", path,
		   group ? group->gr_name : "(without a name)");
}

void doctor_socket(struct doctor *doctor)
{
	struct endpoint endpoint = {0};
	auto_error struct error err = {0};
	/* What is wrong with the endpoint itself, the engine's line tells. */
	if (endpoint_parse(&endpoint, doctor->address.url, NULL, &err) == 0 && endpoint.unix_socket)
		tell_socket(doctor, endpoint.unix_socket);
	endpoint_free(&endpoint);
}

void doctor_engine(struct doctor *doctor)
{
	auto_error struct error err = {0};
	doctor->loop = loop_new(&err);
	if (doctor->loop)
		doctor->engine = engine_open_at(doctor->loop, &doctor->address, &err);
	if (doctor->engine)
		doctor_add(doctor, "engine", DOCTOR_OK, NULL, "%s %s answers at %s",
			   engine_name(doctor->engine), engine_version(doctor->engine),
			   engine_endpoint(doctor->engine));
	else
		doctor_add_error(doctor, "engine", NULL, &err);
}

/* Only where the engine's root is a directory of this machine. */
static void tell_space(struct doctor *doctor, const char *root)
{
	static const char advice[] =
		"remove images and containers that nobody needs (`docker system prune`)";
	struct statvfs space;
	if (statvfs(root, &space) < 0) {
		doctor_add(doctor, "disk", DOCTOR_OK, NULL,
			   "the engine's %s can't be seen from here", root);
		return;
	}
	double left = (double)space.f_bavail * (double)space.f_frsize;
	enum doctor_verdict verdict = left < disk_fails_below   ? DOCTOR_FAIL
				      : left < disk_warns_below ? DOCTOR_WARN
								: DOCTOR_OK;
	doctor_add(doctor, "disk", verdict, verdict == DOCTOR_OK ? NULL : advice,
		   "%.1f GB are free in the engine's %s", left / GIGABYTE, root);
}

void doctor_disk(struct doctor *doctor)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error err = {0};
	if (!doctor->engine)
		return;
	engine_info(doctor->engine, engine_keep, &kept);
	const char *root = engine_finish(doctor->engine, &kept, &err) < 0
				   ? NULL
				   : value_text(value_get(kept.body, "DockerRootDir"));
	if (root)
		tell_space(doctor, root);
	else
		doctor_add(doctor, "disk", DOCTOR_OK, NULL,
			   "the engine doesn't tell where its data is");
}
