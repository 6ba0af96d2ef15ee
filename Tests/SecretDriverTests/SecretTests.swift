import DriverConformance
import DriverKit
import LinuxSystem
import SecretDriver
import Testing
import Virt
import VirtDriver

@Suite("Secrets")
struct SecretTests {
    private let folder: Folder
    init() throws { folder = try Folder() }

    @Test("a secret that is defined is found by its UUID and by its use, and its event is told")
    func define() async throws {
        let (events, heard) = (EventHub(), Heard())
        let subscription = events.subscribe(heard.hear)
        let service = try await folder.driver(events).service(readOnly: false)
        let made = try await service.secretDefineXML(xml: document(usage: ceph("a")), flags: [])
        #expect(made.usageType == SecretUsageType.ceph.rawValue)
        #expect(made.usageID == "a")
        #expect(try await service.secretLookupByUUID(uuid: made.uuid) == made)
        #expect(try await service.secretLookupByUsage(usageType: 2, usageID: "a") == made)
        #expect(try await service.listSecrets() == ["\(made.uuid)"])
        try await service.secret(made).setValue(value: [1], flags: 0)
        try await service.secret(made).undefine()
        subscription.cancel()
        #expect(
            heard.all == [
                .secretLifecycle(SecretLifecycleEvent(secret: made, event: 0, detail: 0)),
                .secretValueChanged(SecretValueChangedEvent(secret: made)),
                .secretLifecycle(SecretLifecycleEvent(secret: made, event: 1, detail: 0)),
            ])
        #expect(try await service.numOfSecrets() == 0)
        #expect(await error { try await service.secretLookupByUUID(uuid: made.uuid) }?.code == .noSecret)
    }

    @Test("the contract of all sorts of objects", arguments: objectChecks)
    func contract(check: ObjectCheck) async throws {
        let opened = try await folder.driver().open(
            OpenRequest(ConnectionURI("secret:///system"), for: .thisProcess()))
        try await check.run(on: SecretSort(try #require(opened)))
    }

    @Test("the same name is free for each kind of use, but not for two secrets")
    func usage() async throws {
        let service = try await folder.driver().service(readOnly: false)
        for (kind, element) in [
            ("volume", "volume"), ("ceph", "name"), ("iscsi", "target"), ("tls", "name"), ("vtpm", "name"),
        ] {
            let use = "<usage type='\(kind)'><\(element)>x</\(element)></usage>"
            let made = try await service.secretDefineXML(xml: document(usage: use), flags: [])
            let refusal = await error {
                try await service.secretDefineXML(xml: document(usage: use), flags: [])
            }
            #expect(
                refusal?.message
                    == "internal error: a secret with UUID \(made.uuid) already defined for use with x")
        }
        #expect(try await service.numOfSecrets() == 5)
    }

    @Test("a secret keeps what it is for, and a private one stays private")
    func keeps() async throws {
        let service = try await folder.driver().service(readOnly: false)
        let uuid = UUID.random()
        _ = try await service.secretDefineXML(
            xml: document(uuid, usage: ceph("a"), isPrivate: "yes"), flags: [])
        let other = await error {
            try await service.secretDefineXML(xml: document(uuid, usage: ceph("b")), flags: [])
        }
        #expect(
            other?.message == "internal error: a secret with UUID \(uuid) is already defined for use with a")
        let open = await error {
            try await service.secretDefineXML(xml: document(uuid, usage: ceph("a")), flags: [])
        }
        #expect(open?.message == "internal error: cannot change private flag on existing secret")
    }

    @Test("each flag of the list chooses, and two groups choose together")
    func lists() async throws {
        let service = try await folder.driver().service(readOnly: false)
        for ephemeral in ["yes", "no"] {
            for isPrivate in ["yes", "no"] {
                let xml = document(
                    usage: ceph(ephemeral + isPrivate), ephemeral: ephemeral, isPrivate: isPrivate)
                _ = try await service.secretDefineXML(xml: xml, flags: [])
            }
        }
        func names(_ flags: ConnectListAllSecretsFlags) async throws -> [String] {
            try await service.listAllSecrets(flags: flags).map(\.usageID).sorted()
        }
        #expect(try await names([]).count == 4)
        #expect(try await names(.ephemeral) == ["yesno", "yesyes"])
        #expect(try await names(.noEphemeral) == ["nono", "noyes"])
        #expect(try await names([.private, .noEphemeral]) == ["noyes"])
        #expect(try await names([.private, .noPrivate, .ephemeral]) == ["yesno", "yesyes"])
        let refusal = await error { try await names(ConnectListAllSecretsFlags(rawValue: 256)) }
        #expect(refusal?.message == "unsupported flags (0x100) in function secretConnectListAllSecrets")
    }

    @Test("a value is not for who only reads, that of a private secret for drivers alone")
    func values() async throws {
        let driver = try await folder.driver()
        let (service, reader) = (driver.service(readOnly: false), driver.service(readOnly: true))
        let open = try await service.secretDefineXML(xml: document(usage: ceph("a")), flags: [])
        let hidden = try await service.secretDefineXML(
            xml: document(usage: ceph("b"), isPrivate: "yes"), flags: [])
        for secret in [open, hidden] {
            let none = await error { try driver.secretValue(uuid: secret.uuid, for: .ceph) }
            #expect(none?.message == "Secret not found: secret '\(secret.uuid)' does not have a value")
            try await service.secret(secret).setValue(value: [7], flags: 0)
        }
        #expect(try await service.secret(open).value(flags: 0) == [7])
        #expect(await error { try await reader.secret(open).value(flags: 0) }?.code == .operationDenied)
        #expect(await error { try await service.secret(hidden).value(flags: 0) }?.code == .invalidSecret)
        #expect(try driver.secretValue(for: .ceph, "b").withBytes { Array($0) } == [7])
        let other = await error { try driver.secretValue(uuid: open.uuid, for: .volume) }
        #expect(
            other?.message
                == "invalid argument: secret with uuid \(open.uuid) is of type 'ceph' not expected 'volume' type"
        )
    }

    @Test("many clients at once: one of them gets a use, and lists never show two")
    func many() async throws {
        let driver = try await folder.driver()
        let wins = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let service = driver.service(readOnly: false)
                    return await error {
                        try await service.secretDefineXML(xml: document(usage: ceph("one")), flags: [])
                    } == nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(folder.names.count == 1)
        #expect(try await folder.driver().service(readOnly: false).numOfSecrets() == 1)
    }
}
