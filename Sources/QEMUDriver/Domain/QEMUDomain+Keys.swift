import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver

extension QEMUDomain {
    func sendKey(
        codeset: UInt32, holdtime: UInt32, keycodes: [UInt32], flags: UInt32
    ) async throws(VirtError) {
        try flags.require(in: "qemuDomainSendKey", from: .qemu)
        guard let set = KeyCodeset(rawValue: codeset) else {
            throw .refused("virDomainSendKey", "codeset", "Unsupported codeset '\(codeset)'")
        }
        var keys: [JSONValue] = []
        for code in keycodes {
            keys.append(["type": "number", "data": JSONValue(try set.key(code))])
        }
        var arguments: JSONObject = ["keys": .array(keys)]
        if holdtime != 0 { arguments.add("hold-time", holdtime) }
        try await withJob(.modify, "send-key") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.ask("send-key", arguments)
        }
    }
}
