# Completion of roost for bash. What may stand for the unfinished word is roost's own to say.
_roost() {
    local -a words=() connection=()
    local cword=0 begin=1 word
    # Bash breaks words at colons and equal signs, which URIs and options have.
    _get_comp_words_by_ref -n '=:' -w words -i cword 2>/dev/null || { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
    while [ "$begin" -lt "$cword" ]; do
        word=${words[begin]}
        case $word in
            -c|--connect) connection+=(-c "${words[begin+1]}"); begin=$((begin + 2)) ;;
            --connect=*) connection+=("$word"); begin=$((begin + 1)) ;;
            -r|--readonly) connection+=(-r); begin=$((begin + 1)) ;;
            -d|-e|-k|-K|-l) begin=$((begin + 2)) ;;
            -*) begin=$((begin + 1)) ;;
            *) break ;;
        esac
    done
    [ "$begin" -le "$cword" ] || return 0
    mapfile -t COMPREPLY < <(
        "$1" "${connection[@]}" complete -- "${words[@]:begin:cword-begin+1}" 2>/dev/null | while IFS= read -r word; do
            [ -z "$word" ] || printf '%q\n' "$word"
        done)
    if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "${words[cword]}"; fi
}
complete -o default -F _roost roost
