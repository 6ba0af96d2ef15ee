import ByteText
import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver

/// The guest's users, whom its agent may change.
extension QEMUDomain {
    func setUserPassword(
        user: String?, password: String?, flags: DomainSetUserPasswordFlags
    ) async throws(VirtError) {
        try flags.require(.encrypted, in: "qemuDomainSetUserPassword", from: .qemu)
        guard let user else { throw .null("user", in: "virDomainSetUserPassword") }
        guard let password else { throw .null("password", in: "virDomainSetUserPassword") }
        let encoded = String(decoding: Base64.encode(Array(password.utf8)), as: UTF8.self)
        try await askAgent(
            AgentCommand(
                "guest-set-user-password",
                [
                    "crypted": .bool(flags.contains(.encrypted)), "username": .string(user),
                    "password": .string(encoded),
                ]))
    }

    func authorizedSSHKeysGet(user: String, flags: UInt32) async throws(VirtError) -> [String] {
        try flags.require(in: "qemuDomainAuthorizedSSHKeysGet", from: .qemu)
        let answer = try await askAgent(
            AgentCommand("guest-ssh-get-authorized-keys", ["username": .string(user)]))
        guard let keys = answer["keys"]?.array else {
            throw .malformed("qemu agent didn't return an array of keys")
        }
        if keys.count > Self.mostKeys { throw .malformed("the guest's agent names \(keys.count) keys") }
        var found: [String] = []
        for key in keys {
            guard let text = key.string else { throw .malformed("a key that is no text") }
            found.append(text)
        }
        return found
    }

    func authorizedSSHKeysSet(
        user: String, keys: [String], flags: DomainAuthorizedSSHKeysSetFlags
    ) async throws(VirtError) {
        try flags.require([.append, .remove], in: "qemuDomainAuthorizedSSHKeysSet", from: .qemu)
        if flags.isSuperset(of: [.append, .remove]) {
            throw .refused(
                "virDomainAuthorizedSSHKeysSet", "flags",
                "Flags 'VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND' and "
                    + "'VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE' are mutually exclusive")
        }
        var arguments: JSONObject = [
            "username": .string(user), "keys": .array(keys.map { .string($0) }),
        ]
        let removes = flags.contains(.remove)
        if !removes { arguments.add("reset", .bool(!flags.contains(.append))) }
        try await askAgent(
            AgentCommand(
                removes ? "guest-ssh-remove-authorized-keys" : "guest-ssh-add-authorized-keys", arguments))
    }

    /// How many keys a reply has room for.
    private static let mostKeys = 2048
}
