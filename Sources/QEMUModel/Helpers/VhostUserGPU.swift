import VirtXML

extension QEMUGuest {
    /// The program that draws for a graphics card, in place of QEMU.
    package func gpu(_ video: VideoDevice, _ host: HelperHost) throws(ConfigurationError) -> HelperProcess? {
        guard video.driver?.name == .vhostuser else { return nil }
        let alias = try alias(of: video.info)
        guard let found = host.vhostUser.first(where: { $0.type == "gpu" }) else {
            throw .failed("Unable to find a satisfying vhost-user-gpu: install \(HelperProgram.gpu.package)")
        }
        guard host.isExecutable(found.binary) else {
            throw .internal("vhost-user-gpu binary '\(found.binary)' is not executable")
        }
        var helper = HelperProcess(
            .gpu, of: alias, path: found.binary, log: log(alias + "-vhost-user-gpu", host))
        helper.socket = .pair(alias: alias)
        helper.arguments = ["--fd=\(HelperProcess.socketNumber)"]
        guard video.acceleration?.accel3d == true else { return helper }
        let features = host.features(found.binary)
        if features.contains("virgl") { helper.arguments.append("--virgl") }
        if let node = video.acceleration?.rendernode ?? resources.renderNode, features.contains("render-node")
        {
            helper.arguments.append("--render-node=\(node)")
        }
        return helper
    }
}
