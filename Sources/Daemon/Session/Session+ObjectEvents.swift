import RemoteProtocol
import Virt
import XDR

extension Session {
    /// Registering for the events of networks, pools, devices and secrets, and giving that up.
    static let objectEventCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        calls.add(RemoteProgram.connectNetworkEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectNetworkEventRegisterAnyAnswer(
                callbackID: try await session.register(.network, it.eventID, uuid: it.network?.uuid))
        }
        calls.add(RemoteProgram.connectNetworkEventDeregisterAny) { (session, it) async throws(VirtError) in
            try await session.deregister(.network, it.callbackID)
            return Nothing()
        }
        calls.add(RemoteProgram.connectStoragePoolEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectStoragePoolEventRegisterAnyAnswer(
                callbackID: try await session.register(.storagePool, it.eventID, uuid: it.pool?.uuid))
        }
        calls.add(RemoteProgram.connectStoragePoolEventDeregisterAny) {
            (session, it) async throws(VirtError) in
            try await session.deregister(.storagePool, it.callbackID)
            return Nothing()
        }
        calls.add(RemoteProgram.connectNodeDeviceEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectNodeDeviceEventRegisterAnyAnswer(
                callbackID: try await session.register(.nodeDevice, it.eventID, name: it.device?.name))
        }
        calls.add(RemoteProgram.connectNodeDeviceEventDeregisterAny) {
            (session, it) async throws(VirtError) in
            try await session.deregister(.nodeDevice, it.callbackID)
            return Nothing()
        }
        calls.add(RemoteProgram.connectSecretEventRegisterAny) { (session, it) async throws(VirtError) in
            ConnectSecretEventRegisterAnyAnswer(
                callbackID: try await session.register(.secret, it.eventID, uuid: it.secret?.uuid))
        }
        calls.add(RemoteProgram.connectSecretEventDeregisterAny) { (session, it) async throws(VirtError) in
            try await session.deregister(.secret, it.callbackID)
            return Nothing()
        }
        return calls
    }()
}
