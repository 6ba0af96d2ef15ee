/// What the program was told on its command line and in its environment.
struct Settings {
    /// The hypervisor that was asked for by name; nil leaves the choice to the default.
    var uri: String?
    var isReadOnly = false
    var isQuiet = false
    var showsTime = false
    var debugLevel: Int?
    var logPath: String?
    /// The byte that ends a console: Ctrl and the character that was given.
    var escape: UInt8 = 0x1D
    var keepaliveInterval: Int32?
    var keepaliveCount: Int32?
    /// Without being told, virsh asks every five seconds and gives up after six times.
    static let usualKeepaliveInterval: Int32 = 5
    static let usualKeepaliveCount: Int32 = 6
    /// The words of the command; none make it interactive.
    var words: [String] = []
}
