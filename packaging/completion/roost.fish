# Completion of roost for fish. What may stand for the unfinished word is roost's own to say.
function __roost_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l connection
    set -l begin 2
    set -l count (count $words)
    while test $begin -lt $count
        switch $words[$begin]
            case -c --connect
                set -a connection -c $words[(math $begin + 1)]
                set begin (math $begin + 2)
            case '--connect=*'
                set -a connection $words[$begin]
                set begin (math $begin + 1)
            case -r --readonly
                set -a connection -r
                set begin (math $begin + 1)
            case -d -e -k -K -l
                set begin (math $begin + 2)
            case '-*'
                set begin (math $begin + 1)
            case '*'
                break
        end
    end
    test $begin -le $count; or return
    $words[1] $connection complete -- $words[$begin..$count] 2>/dev/null
end
complete -c roost -f -a '(__roost_candidates)'
