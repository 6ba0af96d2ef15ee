import LinuxSystem
import Roost
import Virt

/// Guests whose memory the host can't read.
extension Command {
    static let domlaunchsecinfo = Command(
        "domlaunchsecinfo", "Get domain launch security info",
        description: "Print what the processor has measured of a guest that is closed to its host.",
        options: [.domain([.active])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let found = try await explaining("Unable to get launch security parameters") {
            try await domain.launchSecurityInfo(flags: understandsText.rawValue)
        }
        for one in found { session.output.print(parameter: one.field, one.value.text) }
    }

    static let domsetlaunchsecstate = Command(
        "domsetlaunchsecstate", "Set domain launch security state",
        description: "Put a secret into the memory of a guest that is closed to its host.",
        options: [
            .domain([.active]),
            .value("secrethdr", "path to file containing the secret header", complete: .path),
            .value("secret", "path to file containing the secret", complete: .path),
            .value(
                "set-address", "physical address within the guest domain's memory to set the secret",
                type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        guard let header = try arguments.string("secrethdr"), let secret = try arguments.string("secret")
        else {
            throw Failure("Both secret and the secret header are required")
        }
        var parameters: [TypedParameter] = []
        for (name, file) in [("sev-secret-header", header), ("sev-secret", secret)] {
            parameters.append(TypedParameter(name, .string(try await session.read(file: file))))
        }
        if let address: UInt64 = try arguments.number("set-address") {
            parameters.append(TypedParameter("sev-secret-set-address", .ullong(address)))
        }
        let state = parameters
        try await explaining("Unable to set launch security state") {
            try await domain.setLaunchSecurityState(parameters: state, flags: 0)
        }
    }
}
