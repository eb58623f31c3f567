# Completion of factory for bash; `factory completion bash` prints it. Candidates come from factory
# itself, so that nothing here changes when a command does.
#
# bash takes "=" and ":" for ends of words (COMP_WORDBREAKS), and replaces only what is behind the
# last one: the words are therefore taken from the line, and what bash keeps is cut off.
_factory() {
	local line=${COMP_LINE:0:COMP_POINT} words current found lead kind cut='' files name
	# shellcheck disable=SC2162 # a backslash before a blank belongs to the word
	read -a words <<<"$line"
	[[ $line == *[[:space:]] && $line != *\\[[:space:]] ]] && words+=('')
	current=${words[-1]}
	[[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && cut=${current%:*}:
	[[ -z $cut && $current == *=* ]] && cut=${current%=*}=
	COMPREPLY=()
	while IFS=$'\t' read -r found lead; do
		if [[ $found != :* ]]; then
			COMPREPLY+=("${found#"$cut"}")
			continue
		fi
		kind=${found#:} name=${current#"$lead"}
		compopt -o filenames 2>/dev/null
		files=$(compgen -d -- "$name"
			[[ $kind != file ]] || compgen -f -- "$name"
			[[ $kind != manifest ]] || compgen -f -X '!*.yml' -- "$name"
			[[ $kind != manifest ]] || compgen -f -X '!*.yaml' -- "$name")
		while IFS= read -r found; do
			[[ -z $found ]] || found=$lead$found
			[[ -z $found ]] || COMPREPLY+=("${found#"$cut"}")
		done < <(sort -u <<<"$files")
	done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _factory factory
