import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// Puts a new persistent definition in place of what there was, on disk first, and beside it what was given.
    func define(_ definition: DomainDefinition, as given: String) async throws(VirtError) {
        try await withJob(.modify, "define") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireName(definition.name)
            let former = domain.snapshot.persistent
            try await domain.context.events.announcing(domain.defined) { () async throws(VirtError) in
                try await domain.save(definition)
            }
            await domain.context.note(given, as: definition, inPlaceOf: former)
            let told = domain.defined
            domain.publish { $0.persistent = definition }
            domain.context.events.publish(told)
        }
    }

    /// The event that it is defined now, or anew. One that was undefined while it runs has never gone.
    private var defined: Event {
        let now = snapshot
        let isKnown = now.isPersistent || (now.wasDefined && now.isActive)
        let detail: DomainEventDefinedDetailType = isKnown ? .updated : .added
        return lifecycle(.defined, detail.rawValue)
    }

    /// Writes a definition to its file.
    func save(_ definition: DomainDefinition) async throws(VirtError) {
        let store = context.definitions
        let text: String
        do {
            text = try definition.xml(options: [.inactive, .secure])
        } catch {
            throw VirtError(document: error)
        }
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in
                try store.save(definition.name, DefinitionFile.text(text, name: definition.name))
            }
        } catch {
            throw VirtError(error, "the definition of domain '\(definition.name)' can't be written")
        }
    }

    func undefine() async throws(VirtError) { try await undefineFlags(flags: []) }

    func undefineFlags(flags: DomainUndefineFlags) async throws(VirtError) {
        // Of what isn't kept yet nothing is to be removed.
        try flags.require(
            [.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram, .keepNvram, .tpm, .keepTpm],
            in: "qemuDomainUndefineFlags", from: .qemu)
        try await withJob(.modify, "undefine") { (domain: isolated QEMUDomain) async throws(VirtError) in
            guard let definition = domain.snapshot.persistent else {
                throw VirtError(.operationInvalid, "cannot undefine transient domain", from: .qemu)
            }
            let keepsTPM = try flags.keepsTPM()
            try await domain.removeVariables(of: definition, flags)
            let (context, name) = (domain.context, domain.snapshot.name)
            let told = domain.lifecycle(.undefined, DomainEventUndefinedDetailType.removed.rawValue)
            try await context.events.announcing(told) { () async throws(VirtError) in
                do throws(SystemError) {
                    try await Blocking.run { () throws(SystemError) in
                        try context.autostart.remove(name)
                        try context.definitions.remove(name)
                        try? context.written.remove(name)
                    }
                } catch {
                    throw VirtError(error, "the definition of domain '\(name)' can't be removed")
                }
            }
            domain.publish { ($0.persistent, $0.isAutostarted, $0.wasDefined) = (nil, false, true) }
            context.events.publish(told)
            if domain.snapshot.isActive {
                domain.decideTPM(keepsTPM)
            } else {
                await domain.removeTPMState(of: definition, keeps: keepsTPM)
                await domain.forgetIfEmpty()
            }
        }
    }

    /// The firmware's variables go with the domain only if that is asked for.
    private func removeVariables(of definition: DomainDefinition, _ flags: DomainUndefineFlags)
        async throws(VirtError)
    {
        guard let path = definition.os.nvram?.path else { return }
        let exists = await Blocking.run { FileSystem.exists(path) }
        guard exists, !flags.contains(.keepNvram) else { return }
        guard flags.contains(.nvram) else {
            throw VirtError(.operationInvalid, "cannot undefine domain with nvram", from: .qemu)
        }
        await Blocking.run { _ = try? FileSystem.remove(path) }
    }

    func rename(newName: String?, flags: UInt32) async throws(VirtError) -> Int32 {
        try flags.require(in: "qemuDomainRename", from: .qemu)
        guard let newName, !newName.isEmpty else {
            throw VirtError(.invalidArg, "the new name is empty", from: .qemu)
        }
        try DocumentStore.check(name: newName)
        try await withJob(.modify, "rename") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.rename(to: newName)
        }
        return 0
    }

    private func rename(to newName: String) async throws(VirtError) {
        if snapshot.isActive {
            throw VirtError(.operationInvalid, "cannot rename active domain", from: .qemu)
        }
        guard var definition = snapshot.persistent else {
            throw VirtError(.operationInvalid, "cannot rename a transient domain", from: .qemu)
        }
        let oldName = snapshot.name
        if oldName.hasSameBytes(as: newName) {
            throw VirtError(.operationInvalid, "Can't rename domain to itself", from: .qemu)
        }
        let uuid = snapshot.uuid
        try context.registry.claim(newName, for: uuid)
        definition.name = newName
        do throws(VirtError) {
            // The new file first: a daemon that is killed in between finds one identity in two files, and keeps one.
            try await save(definition)
        } catch {
            context.registry.release(newName, of: uuid)
            throw error
        }
        let (context, isAutostarted) = (context, snapshot.isAutostarted)
        await Blocking.run {
            if isAutostarted { try? context.link(newName) }
            try? context.autostart.remove(oldName)
            try? context.definitions.remove(oldName)
            try? context.rename(written: oldName, to: newName)
        }
        let undefined = lifecycle(.undefined, DomainEventUndefinedDetailType.renamed.rawValue)
        publish([undefined]) { ($0.name, $0.persistent) = (newName, definition) }
        // Only now may another domain have the old name: its files stood there still.
        context.registry.release(oldName, of: uuid)
        context.events.publish(lifecycle(.defined, DomainEventDefinedDetailType.renamed.rawValue))
    }

    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await withJob(.modify, "autostart") { (domain: isolated QEMUDomain) async throws(VirtError) in
            if !domain.snapshot.isPersistent {
                throw VirtError(.operationInvalid, "cannot set autostart for transient domain", from: .qemu)
            }
            if domain.snapshot.isAutostarted == autostart { return }
            let (context, name) = (domain.context, domain.snapshot.name)
            do throws(SystemError) {
                try await Blocking.run { () throws(SystemError) in
                    if autostart { try context.link(name) } else { try context.autostart.remove(name) }
                }
            } catch {
                throw VirtError(error, "the autostart of domain '\(name)' can't be changed")
            }
            domain.publish { $0.isAutostarted = autostart }
        }
    }

    // MARK: Metadata

    nonisolated func metadata(type: Int32, uri: String?, flags: DomainModificationImpact)
        async throws(VirtError) -> String
    {
        try flags.require([.live, .config], in: "virDomainObjGetMetadata", from: .domain)
        let now = snapshot
        let definition = try now.definition(for: flags, "virDomainGetMetadata")
        return try definition.metadata(ofType: type, uri: uri)
    }

    func setMetadata(
        type: Int32, metadata: String?, key: String?, uri: String?, flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetMetadata", from: .qemu)
        try await withJob(.modify, "metadata") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            var (live, persistent) = (now.live, now.persistent)
            if impact.contains(.live) {
                try live?.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
            }
            if impact.contains(.config) {
                try persistent?.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
                if let persistent { try await domain.save(persistent) }
            }
            let change = DomainMetadataChangeEvent(domain: now.reference, type: type, nsuri: uri)
            domain.publish([.domainMetadataChange(change)]) { ($0.live, $0.persistent) = (live, persistent) }
            domain.saveRecordSoon()
        }
    }
}

extension QEMUDomainSnapshot {
    /// The definition that the flags of a call mean.
    func definition(for flags: DomainModificationImpact, _ api: String) throws(VirtError) -> DomainDefinition
    {
        let impact = try flags.resolvedToRead(isActive: isActive, isPersistent: isPersistent, api)
        let chosen = impact.contains(.config) ? persistent : live
        guard let chosen else {
            throw VirtError(.internalError, "domain '\(name)' has no definition", from: .qemu)
        }
        return chosen
    }
}
