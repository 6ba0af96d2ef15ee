import ByteText
import LinuxSystem
import Roost
import Virt

extension Command {
    static let secretGetValue = Command(
        "secret-get-value", "Output a secret value", description: "Output a secret value to stdout.",
        options: [.secret, .flag("plain", "get value without converting to base64")]
    ) { session, arguments in
        let secret = try await session.secret(arguments)
        var value = try await secret.value(flags: 0)
        defer { SecretBytes.wipe(&value) }
        session.output.print(bytes: arguments.has("plain") ? value : Base64.encode(value))
    }

    static let secretSetValue = Command(
        "secret-set-value", "set a secret value", description: "Set a secret value.",
        options: [
            .secret, .named("file", "read secret from file", complete: .path),
            .flag("plain", "read the secret from file without converting from base64"),
            .flag("interactive", "read the secret from the terminal"),
            .value("base64", "base64-encoded secret value"),
        ]
    ) { session, arguments in
        try arguments.exclude("file", "base64")
        try arguments.exclude("plain", "base64")
        try arguments.exclude("interactive", "base64")
        try arguments.exclude("interactive", "plain")
        try arguments.exclude("interactive", "file")
        // An empty value is told before anybody is asked.
        for option in ["base64", "file"] { _ = try arguments.string(option) }
        let secret = try await session.secret(arguments)
        var value = try await session.secretValue(arguments)
        defer { SecretBytes.wipe(&value) }
        try await explaining("Failed to set secret value") {
            try await secret.setValue(value: value, flags: 0)
        }
        session.output.note("Secret value set\n")
    }
}

extension Session {
    /// The value that the command line leads to, by whichever way.
    fileprivate func secretValue(_ arguments: Arguments) async throws -> [UInt8] {
        if let text = try arguments.string("base64") {
            output.errors(["Passing secret value as command-line argument is insecure!"])
            return Base64.decode(text.utf8)
        }
        if let path = try arguments.string("file") {
            var content = try await read(secretFile: path)
            if arguments.has("plain") { return content }
            defer { SecretBytes.wipe(&content) }
            return Base64.decode(content)
        }
        guard arguments.has("interactive") else { throw Failure("Input secret value is missing") }
        output.print("Enter new value for secret:")
        output.flush()
        return try await Blocking.run { () throws(SystemError) in try Terminal.input.readHidden() }
    }

    /// What a file holds whose content is a value; virsh reads no more than 1024 bytes either.
    private func read(secretFile path: String) async throws -> [UInt8] {
        do throws(SystemError) {
            return try await Blocking.run { () throws(SystemError) in
                try FileSystem.read(path, limit: 1024)
            }
        } catch {
            if error.errno == SystemError.fileTooLarge {
                throw Failure("Failed to read file '\(path)': Value too large for defined data type")
            }
            throw Failure("Failed to open file '\(path)': \(error.reason)")
        }
    }
}
