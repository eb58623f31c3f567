#compdef factory
# Completion of factory for zsh; `factory completion zsh` prints it.
_factory() {
	local line found about kind
	local -a plain kinds
	for line in "${(@f)$("${(@Q)words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
		found=${line%%$'\t'*} about=${line#*$'\t'}
		case $found in
		'') ;;
		:*) kinds+=(${found#:}) ;;
		*) plain+=("${found//:/\\:}${about:+:$about}") ;;
		esac
	done
	(( $#plain )) && _describe -t words 'factory' plain
	(( $#kinds )) && [[ $PREFIX == --*=* ]] && compset -P '*='
	for kind in $kinds; do
		case $kind in
		file) _files ;;
		directory) _files -/ ;;
		manifest) _files -g '*.(yml|yaml)' ;;
		esac
	done
}
if [ "$funcstack[1]" = _factory ]; then
	_factory "$@"
else
	compdef _factory factory
fi
