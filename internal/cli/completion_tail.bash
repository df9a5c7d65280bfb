
# From here on, what makes the script work without the package bash-completion,
# and with URLs: to bash an "@", a ":" and a "=" end a word, which they do not here.

__start_ferry()
{
    local cur prev words=() cword=-1 out directive
    local piece i rest=${COMP_LINE:0:COMP_POINT}
    COMPREPLY=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]}
        [[ $rest == *"$piece"* ]] || piece=${rest##*[[:blank:]]}
        if [[ $cword -lt 0 || $rest == [[:blank:]]* ]]; then
            words[++cword]=$piece
        else
            words[cword]+=$piece # nothing stands between them
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        rest=${rest#"$piece"}
    done
    cur=${words[cword]}
    prev=${words[cword > 0 ? cword - 1 : 0]}
    __ferry_get_completion_results
    __ferry_process_completion_results
}

# Bash replaces what stands behind the last character that ends a word, so the rest
# must not be in the answer.
__ferry_handle_special_char()
{
    [[ $2 == : ]] || return
    local breaks=${COMP_WORDBREAKS//[[:space:]\"\']/} i
    local head=${1%"${1##*[$breaks]}"}
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$head"}
    done
}

if ! declare -F _filedir >/dev/null; then
    _filedir()
    {
        local only=()
        [[ ${1-} == -d ]] && only=(-d) || only=(-f)
        compopt -o filenames
        local IFS=$'\n'
        COMPREPLY=($(compgen "${only[@]}" -- "$cur"))
    }
fi
