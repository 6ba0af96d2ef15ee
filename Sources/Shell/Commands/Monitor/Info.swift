import JSON
import Roost
import Virt

extension Command {
    static let dominfo = Command(
        "dominfo", "domain information", description: "Print what is known of a domain at a glance.",
        options: [.domain, .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let id = domain.reference.id
        session.output.field("Id", id == -1 ? Cell.missing("-") : .number(id))
        session.output.field("Name", domain.reference.name)
        session.output.field("UUID", "\(domain.reference.uuid)")
        if let type = try? await domain.osType() { session.output.field("OS Type", type) }
        let info = try await domain.info()
        session.output.field("State", DomainStateText.state(Int32(info.state)))
        session.output.field("CPU(s)", info.nrVirtCpu)
        if info.cpuTime != 0 {
            session.output.field("CPU time", .seconds(nanoseconds: info.cpuTime))
        }
        session.output.field(
            "Max memory", info.maxMem == .max ? Cell.missing("no limit") : .kibibytes(info.maxMem))
        session.output.field("Used memory", .kibibytes(info.memory))
        session.output.field("Persistent", .flag(try? await domain.isPersistent()))
        if let starts = try? await domain.autostart() {
            session.output.field("Autostart", .flag(starts, "enable", "disable"))
        }
        if let starts = try? await domain.autostartOnce() {
            session.output.field("Autostart Once", .flag(starts, "enable", "disable"))
        }
        session.output.field(
            "Managed save", .flag((try? await domain.hasManagedSaveImage(flags: 0)).map { $0 > 0 }))
        await session.printSecurity(of: domain)
        let messages = (try? await domain.messages(flags: [])) ?? []
        session.output.tell("messages", .array(messages.map(JSONValue.string)))
        for (index, message) in messages.enumerated() {
            session.output.print((index == 0 ? "Messages:" : "").padded(to: 15) + " \(message)\n")
        }
    }

    static let domstate = Command(
        "domstate", "domain state", description: "Print the state of a domain.",
        options: [.domain, .flag("reason", "also print reason for the state"), .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let state = try await domain.state(flags: 0)
        let text = DomainStateText.state(state.state)
        let reason = arguments.has("reason") ? " (\(DomainStateText.reason(state.state, state.reason)))" : ""
        session.output.tell("state", .string(text))
        session.output.tell("reason", .string(DomainStateText.reason(state.state, state.reason)))
        session.output.print(text + reason + "\n")
    }

    static let domcontrol = Command(
        "domcontrol", "domain control interface state",
        description: "Print whether the domain's monitor answers, and since when it doesn't.",
        options: [.domain]
    ) { session, arguments in
        let info = try await session.domain(arguments).controlInfo(flags: 0)
        let states = ["ok", "background job", "occupied", "error"]
        let reasons = ["", "unknown", "monitor failure", "internal (locking) error"]
        let state = states.indices.contains(Int(info.state)) ? states[Int(info.state)] : "unknown"
        let seconds = (Double(info.stateTime) / 1000).text(digits: 3)
        switch info.state {
        case 0: session.output.print(state + "\n")
        case 3:
            let reason = reasons.indices.contains(Int(info.details)) ? reasons[Int(info.details)] : "unknown"
            session.output.print("\(state): \(reason) (\(seconds)s)\n")
        default: session.output.print("\(state) (\(seconds)s)\n")
        }
    }
}

extension Session {
    /// The security driver of the host and the domain's label, where there is one.
    fileprivate func printSecurity(of domain: Domain) async {
        guard let model = try? await domain.connection.nodeSecurityModel() else { return }
        let name = text(model.model)
        if name.isEmpty { return }
        output.field("Security model", name)
        output.field("Security DOI", text(model.doi))
        guard let label = try? await domain.securityLabel() else { return }
        let shown = text(label.label)
        if !shown.isEmpty {
            output.field("Security label", "\(shown) (\(label.enforcing != 0 ? "enforcing" : "permissive"))")
        }
    }

    private func text(_ characters: [Int8]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
