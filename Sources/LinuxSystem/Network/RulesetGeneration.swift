/// Which state of the firewall's rules this is: another number after each change that anybody makes.
public enum RulesetGeneration {
    /// The number of the rules as they are now, which is asked for quickly, however many there are.
    public static func now() throws(SystemError) -> UInt32 {
        // The part of the kernel that keeps rules (10), and its question for the generation.
        let question = NetlinkMessage(10 << 8 | 16, header: [0, 0, 0, 0])
        let replies = try NetlinkSocket(family: 12).get(question, "the firewall's generation")
        for reply in replies {
            if let bytes = reply.attributes(after: 4)[1], bytes.count >= 4 {
                return bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            }
        }
        throw SystemError(call: "netlink", errno: 61, context: "the firewall's generation")
    }
}
