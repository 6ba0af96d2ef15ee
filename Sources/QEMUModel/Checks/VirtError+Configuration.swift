import Virt

extension VirtError {
    /// A domain that can't be run as its document asks.
    package init(_ error: ConfigurationError) {
        switch error {
        case .unsupported(let message): self.init(.configUnsupported, message, from: .qemu)
        case .xml(let message): self.init(.xmlError, message, from: .qemu)
        case .detail(let message): self.init(.xmlDetail, message, from: .qemu)
        case .operation(let message): self.init(.operationUnsupported, message, from: .qemu)
        case .noSource(let device): self.init(.noSource, device, from: .qemu)
        case .noTarget(let device): self.init(.noTarget, device, from: .qemu)
        case .argument(let message): self.init(.invalidArg, message, from: .qemu)
        case .argumentUnsupported(let message): self.init(.argumentUnsupported, message, from: .qemu)
        case .internal(let message): self.init(.internalError, message, from: .qemu)
        case .refused(let error): self = error
        case .failed(let message): self.init(.operationFailed, message, from: .qemu)
        }
    }
}
