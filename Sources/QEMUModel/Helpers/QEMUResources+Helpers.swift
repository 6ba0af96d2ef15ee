extension HelperProcess {
    /// What is left in the host's folders when it has ended, outside of the guest's own.
    package var allLeftovers: [String] { leftovers + [socket?.path].compactMap { $0 } }
}

extension QEMUResources {
    /// The numbers of QEMU's ends of connections with helpers, by the devices' aliases.
    package static func descriptors(of helpers: [HelperProcess]) -> [String: Int32] {
        var numbers: [String: Int32] = [:]
        for helper in helpers {
            guard case .pair(let alias, _)? = helper.socket else { continue }
            numbers[alias] = firstHelperDescriptor + Int32(numbers.count)
        }
        return numbers
    }

    /// Tells devices which number stands for the helper that serves them.
    package mutating func useDescriptors(of helpers: [HelperProcess]) {
        let numbers = Self.descriptors(of: helpers)
        slirpDescriptor = { numbers[$0] }
        vhostUserGPU = { numbers[$0] }
    }

    private static let firstHelperDescriptor: Int32 = 100
}
