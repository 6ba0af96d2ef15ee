/// What a service tells systemd about itself (`sd_notify(3)`). Without systemd nothing happens.
public enum ServiceNotice {
    /// The service serves. `status` is a line for `systemctl status`.
    public static func ready(status: String? = nil) {
        send("READY=1" + (status.map { "\nSTATUS=\($0)" } ?? ""))
    }

    /// The service is on its way out.
    public static func stopping() { send("STOPPING=1") }

    /// A line for `systemctl status`.
    public static func status(_ text: String) { send("STATUS=\(text)") }

    static func send(_ text: String) {
        guard let path = ThisProcess.environment("NOTIFY_SOCKET") else { return }
        try? UnixSocket.datagram(to: path).writeAll(Array(text.utf8))
    }
}
