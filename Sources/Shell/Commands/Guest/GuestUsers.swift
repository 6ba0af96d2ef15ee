import ByteText
import LinuxSystem
import Roost
import Virt

/// What the agent in a guest does with its users.
extension Command {
    static let setUserPassword = Command(
        "set-user-password", "set the user password inside the domain",
        description: "Have the guest's agent give one of its users another password.",
        options: [
            .domain([.active]), .required("user", "the username"),
            .required("password", "the new password"),
            .flag("encrypted", "the password is already encrypted"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let (user, password) = (try arguments.required("user"), try arguments.required("password"))
        try await domain.setUserPassword(
            user: user, password: password, flags: arguments.has("encrypted") ? .encrypted : [])
        session.output.note("Password set successfully for \(user) in \(domain.reference.name)")
    }

    static let getUserSSHKeys = Command(
        "get-user-sshkeys", "list authorized SSH keys for given user (via agent)",
        description: "List the keys with which somebody may log in to the guest as a user.",
        options: [.domain([.active]), .required("user", "user to list authorized keys for")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let keys = try await domain.authorizedSSHKeysGet(user: arguments.required("user"), flags: 0)
        session.output.print(keys.joined(separator: "\n"))
    }

    static let setUserSSHKeys = Command(
        "set-user-sshkeys", "manipulate authorized SSH keys file for given user (via agent)",
        description: "Add keys with which somebody may log in to the guest as a user, or take them away.",
        options: [
            .domain([.active]), .required("user", "user to set authorized keys for"),
            .optional("file", "optional file to read keys from", complete: .path),
            .flag("reset", "clear out authorized keys file before adding new keys"),
            .flag("remove", "remove keys from the authorized keys file"),
        ]
    ) { session, arguments in
        try arguments.require("file", for: "remove")
        try arguments.exclude("reset", "remove")
        let domain = try await session.domain(arguments)
        let file = try arguments.string("file")
        var flags: DomainAuthorizedSSHKeysSetFlags = arguments.has("reset") ? [] : .append
        if arguments.has("remove") { flags = .remove }
        guard let file else {
            if flags.contains(.append) { throw Failure("Option --file is required") }
            return try await domain.authorizedSSHKeysSet(
                user: arguments.required("user"), keys: [], flags: flags)
        }
        let keys = try await readKeys(file)
        try await domain.authorizedSSHKeysSet(user: arguments.required("user"), keys: keys, flags: flags)
    }
}

/// The lines of a file that hold something.
private func readKeys(_ path: String) async throws -> [String] {
    do throws(SystemError) {
        let bytes = try await Blocking.run { () throws(SystemError) in
            try FileSystem.read(path, limit: 1 << 20)
        }
        return String(decoding: bytes, as: UTF8.self).split(atByte: "\n").map(String.init)
    } catch {
        throw Failure("Failed to open file '\(path)': \(error.reason)")
    }
}
