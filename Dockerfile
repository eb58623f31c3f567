# The toolbox image, after "make":
#     docker build -t factory/toolbox . && docker create --name toolbox factory/toolbox
# "factory toolbox create" makes the same one through the engine's API.
FROM scratch
COPY build/tools/ /tools/
VOLUME /tools
CMD ["/tools/agent", "version"]
