# Completion of factory for fish; `factory completion fish` prints it.
function __factory_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l current (commandline -ct)
	for line in ($words[1] complete -- $words[2..-1] 2>/dev/null)
		set -l parts (string split -m 1 \t -- $line)
		set -l name (string replace -- "$parts[2]" '' $current)
		switch $parts[1]
			case ':file'
				printf "$parts[2]%s\n" (__fish_complete_path $name)
			case ':directory'
				printf "$parts[2]%s\n" (__fish_complete_directories $name '')
			case ':manifest'
				for file in (__fish_complete_path $name)
					string match -qr '(/|\.ya?ml)(\t|$)' -- $file
					and echo $parts[2]$file
				end
			case '*'
				echo $line
		end
	end
end
complete -c factory -f -a '(__factory_complete)'
