import RemoteProtocol
import Virt
import XDR

extension Session {
    /// Registering for the events of networks, pools, devices and secrets, and giving that up.
    static let objectEventCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        func add<Arguments: XDRValue, Reply: XDRValue>(
            _ procedure: Procedure<Arguments, Reply>,
            _ body: @escaping @Sendable (Session, Arguments) async throws(VirtError) -> Reply
        ) {
            calls[procedure.number] = OwnCall(procedure, body)
        }
        add(RemoteProgram.connectNetworkEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectNetworkEventRegisterAnyAnswer(
                callbackID: try session.register(.network, it.eventID, uuid: it.network?.uuid))
        }
        add(RemoteProgram.connectNetworkEventDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregister(.network, it.callbackID)
            return Nothing()
        }
        add(RemoteProgram.connectStoragePoolEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectStoragePoolEventRegisterAnyAnswer(
                callbackID: try session.register(.storagePool, it.eventID, uuid: it.pool?.uuid))
        }
        add(RemoteProgram.connectStoragePoolEventDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregister(.storagePool, it.callbackID)
            return Nothing()
        }
        add(RemoteProgram.connectNodeDeviceEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectNodeDeviceEventRegisterAnyAnswer(
                callbackID: try session.register(.nodeDevice, it.eventID, name: it.device?.name))
        }
        add(RemoteProgram.connectNodeDeviceEventDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregister(.nodeDevice, it.callbackID)
            return Nothing()
        }
        add(RemoteProgram.connectSecretEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectSecretEventRegisterAnyAnswer(
                callbackID: try session.register(.secret, it.eventID, uuid: it.secret?.uuid))
        }
        add(RemoteProgram.connectSecretEventDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregister(.secret, it.callbackID)
            return Nothing()
        }
        return calls
    }()
}
