import JSON
import VirtXML

/// What starts a job, and what ends one.
extension BlockJob {
    private func arguments(_ own: JSONObject, speed: UInt64, masksNode: Bool) -> JSONObject {
        var arguments: JSONObject = ["job-id": .string(id)]
        arguments.append(own)
        if speed > 0 { arguments.add("speed", speed) }
        // A job whose end nobody has taken note of stays, so that a daemon that comes later knows what became of it.
        arguments.add("auto-finalize", true)
        arguments.add("auto-dismiss", false)
        if masksNode { arguments.add("backing-mask-protocol", true) }
        return arguments
    }

    /// - Parameters:
    ///   - node: the node of the image that takes what is below.
    ///   - base: that of the image that stays below.
    ///   - name: what the image is to say of the one below it from then on.
    package func pull(
        into node: String, downTo base: String?, naming name: String?, speed: UInt64, _ qemu: QEMUCapabilities
    ) -> MonitorCommand {
        var own: JSONObject = ["device": .string(node)]
        own.add("base-node", base)
        own.add("backing-file", name)
        return MonitorCommand(
            "block-stream", arguments(own, speed: speed, masksNode: qemu.masksRawNode(in: "block-stream")))
    }

    /// - Parameters:
    ///   - device: the node of the disk's own image.
    ///   - top: that of the uppermost image that is merged.
    ///   - base: that of the image that takes it.
    ///   - name: what the image above is to say of the one below it from then on.
    package func commit(
        of device: String, from top: String, into base: String, naming name: String?, speed: UInt64,
        _ qemu: QEMUCapabilities
    ) -> MonitorCommand {
        var own: JSONObject = [
            "device": .string(device), "top-node": .string(top), "base-node": .string(base),
        ]
        own.add("backing-file", name)
        return MonitorCommand(
            "block-commit", arguments(own, speed: speed, masksNode: qemu.masksRawNode(in: "block-commit")))
    }

    /// - Parameters:
    ///   - isShallow: only what is in the disk's own image is copied.
    ///   - isSynchronous: what the guest writes has reached the copy, too, once it is written.
    package func copy(
        of device: String, to target: String, isShallow: Bool, isSynchronous: Bool, speed: UInt64,
        granularity: UInt32?, buffer: UInt64?
    ) -> MonitorCommand {
        var own: JSONObject = [
            "device": .string(device), "target": .string(target),
            "sync": .string(isShallow ? "top" : "full"),
        ]
        own.add("granularity", granularity)
        own.add("buf-size", buffer)
        if isSynchronous { own.add("copy-mode", "write-blocking") }
        return MonitorCommand("blockdev-mirror", arguments(own, speed: speed, masksNode: false))
    }

    /// What ends it: one that keeps a copy the same leaves the copy whole.
    package var abort: MonitorCommand {
        isMirror && phase == .ready
            ? MonitorCommand("block-job-cancel", ["device": .string(id)])
            : MonitorCommand("job-cancel", ["id": .string(id)])
    }
}

extension QEMUCapabilities {
    /// Whether a job can leave out the raw layer that may be above a file when it records the file's name.
    fileprivate func masksRawNode(in command: String) -> Bool { schema.has(command, "backing-mask-protocol") }
}
