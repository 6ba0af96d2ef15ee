import ByteText

/// What the command line asks for.
struct Options {
    var root: String?
    var socketFolder: String?
    var configurationFile: String?
    var logFile: String?
    var isVerbose = false
    /// Seconds without a client after which the daemon ends.
    var timeout: UInt32?

    /// What to do instead of serving.
    enum Request: Error {
        case help, version
        case wrong(String)
    }

    static let help = """
        Usage: roostd [OPTION…]
        Serves libvirt's protocol for the guests of this host, in the foreground.

          --root DIR         keep everything below DIR: etc/, run/, var/lib/, var/log/, var/cache/
          --socket-dir DIR   where the sockets libvirt-sock, -sock-ro and -admin-sock are made
          -f, --config FILE  the configuration file; without it roostd.conf of the folder of settings, if there
          --log-file FILE    write the log there instead of to the standard error
          -t, --timeout SECONDS   end when there was no client for so long and no guest runs
          -v, --verbose      tell more
          -V, --version      say which version this is
          -h, --help         say this

        Without --root, as root:   settings /etc/roost, sockets /run/roost, state /var/lib/roost, logs /var/log/roost;
        as an ordinary user:       ~/.config/roost, $XDG_RUNTIME_DIR/roost, ~/.local/share/roost, ~/.cache/roost/log.

        Signals: SIGTERM and SIGINT end the daemon; its guests run on and are found by the next one. SIGHUP has it read
        roostd.conf again.
        """

    init(_ arguments: [String]) throws(Request) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            let parts =
                word.hasBytePrefix("--") ? word.split(atByte: "=", maxSplits: 1).map(String.init) : [word]
            func value() throws(Request) -> String {
                if parts.count == 2 { return parts[1] }
                guard let next = rest.popFirst() else { throw .wrong("\(word) needs a value") }
                return next
            }
            switch parts.first ?? "" {
            case "--root": root = try value()
            case "--socket-dir": socketFolder = try value()
            case "--config", "-f": configurationFile = try value()
            case "--log-file": logFile = try value()
            case "--timeout", "-t":
                guard let seconds = UInt32(try value()) else {
                    throw .wrong("\(word) needs a number of seconds")
                }
                timeout = seconds
            case "--verbose", "-v": isVerbose = true
            case "--version", "-V": throw .version
            case "--help", "-h": throw .help
            default: throw .wrong("'\(word)' is no option of roostd")
            }
        }
    }
}
