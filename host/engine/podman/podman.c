#include "host/engine/podman/podman.h"

#include "host/engine/docker/parts.h"

const struct engine_driver podman_driver = {
	.name = "podman",
	.create = docker_create,
	.commit = docker_commit,
	.remove = docker_remove,
	DOCKER_OPERATIONS,
};
