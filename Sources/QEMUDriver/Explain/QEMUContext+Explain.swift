import DriverKit
import Explanation
import HostKit
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtXML
import XMLBinding

extension QEMUContext {
    /// Explains a definition that doesn't run.
    ///
    /// - Parameters:
    ///   - log: what is known of how it came to be; the thought start is noted there, too.
    ///   - options: whether secrets may be shown.
    func explain(
        _ definition: DomainDefinition, _ log: FillLog, as subject: DomainExplanation.Subject
    ) async throws(VirtError) -> String {
        let qemu = try await capabilities(of: definition.devices.emulator ?? "")
        let (configuration, volumes) = (configuration, volumes)
        let purpose = await explanation(of: definition)
        let result = await Blocking.run { () -> Result<String, VirtError> in
            do throws(ConfigurationError) {
                let dry = try log.keep { () throws(ConfigurationError) in
                    try DryStart(definition, qemu, configuration, volumes, for: purpose)
                }
                var host = HostProbe(process: nil)
                host.folders = [
                    dry.folder, configuration.channelFolder(of: dry.folder),
                    configuration.memoryFolder(of: dry.folder), configuration.library + "/nvram",
                ]
                host.helpers = dry.helpers.map(HostHelper.init)
                log.finish(dry.domain)
                let guest = GuestExplanation(
                    log.document, CommandLineRecord(dry.arguments, dry.domain), isRunning: false, host: host)
                return .success(self.text(guest, dry.domain, qemu, subject))
            } catch {
                return .failure(VirtError(error))
            }
        }
        return try result.get()
    }

    /// What is needed to think of the start of a definition.
    func explanation(of definition: DomainDefinition) async -> DryStart.Purpose {
        let start = GuestStart(context: self, definition: definition, id: -1)
        return .explanation(start.resources(), await helperHost(for: definition))
    }

    /// An explanation as it travels.
    func text(
        _ guest: GuestExplanation, _ definition: DomainDefinition, _ qemu: QEMUCapabilities,
        _ subject: DomainExplanation.Subject
    ) -> String {
        var whole = DomainExplanation()
        (whole.name, whole.uuid) = (definition.name, definition.uuid?.description ?? "")
        (whole.subject, whole.emulator) = (subject, qemu.emulator)
        whole.version = "\(qemu.version.major).\(qemu.version.minor).\(qemu.version.micro)"
        whole.process = guest.host.process.map { Int($0) }
        whole.arguments = guest.start.words
        (whole.elements, whole.own) = (guest.elements, guest.ownArguments)
        whole.host = guest.host.facts(
            log: ProgramLog(ofGuest: definition.name, configuration).path, whole.own.map(\.words),
            without: Set(whole.elements.flatMap(\.host)))
        return whole.json
    }

    /// A log of how a definition came to be, from what the user wrote if that is on record, and the definition: what
    /// was written is filled in anew, and compared with what is stored.
    ///
    /// - Parameter isStored: false for the live document of a domain that has no definition but what was written.
    func history(
        of definition: DomainDefinition, isStored: Bool = true, _ options: XMLOptions
    ) async throws(VirtError) -> (log: FillLog, definition: DomainDefinition) {
        let name = definition.name
        let text = await Blocking.run { self.given(name) }
        if let text, let given = DocumentNode(xml: text, by: .user),
            let parsed = try? DomainDefinition(xml: text, options: [.inactive, .secure])
        {
            let log = FillLog(given, options: options)
            if let filled = try? await fill(parsed, as: definition.uuid, log) {
                if !isStored { return (log, filled) }
                log.adopt(definition, by: .unknown)
                return (log, definition)
            }
        }
        guard let xml = try? definition.xml(options: options),
            let plain = DocumentNode(xml: xml, by: .unknown)
        else { throw VirtError(.internalError, "domain '\(name)' can't be written as XML", from: .qemu) }
        return (FillLog(plain, options: options), definition)
    }

    /// Fills a definition in with a log of what is added.
    private func fill(
        _ definition: DomainDefinition, as uuid: UUID?, _ log: FillLog
    ) async throws(VirtError) -> DomainDefinition {
        try await log.keep { () async throws(VirtError) in
            var copy = definition
            copy.identify(as: uuid ?? .random())
            try await complete(&copy)
            return copy
        }
    }
}

extension DomainDefinition {
    /// Gives a domain that has none an identity.
    mutating func identify(as uuid: @autoclosure () -> UUID) {
        filling("no two domains have the same: it is made up") { domain in
            if domain.uuid == nil { domain.uuid = uuid() }
        }
    }
}

extension DomainXMLFlags {
    /// Which parts of documents an explanation shows.
    var explained: XMLOptions { contains(.secure) ? .secure : [] }
}
