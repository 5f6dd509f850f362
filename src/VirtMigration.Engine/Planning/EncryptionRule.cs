namespace VirtMigration.Planning;

/// <summary>Whether memory is sent encrypted.</summary>
internal static class EncryptionRule
{
    public static bool Apply(PlanContext context)
    {
        (bool asked, SettingOrigin origin) = context.Asked.Encryption;

        // To send in clear what was to be encrypted is no way out.
        if (asked && context.Missing(VersionGates.Tls) is string missing)
        {
            throw new VirtMigrationException("EncryptionNotSupported", $"VM '{context.Request.Vm.Name}' is to be sent encrypted, but {missing}.",
                "Choose newer hosts, or state that it may be sent in clear: -Encryption $false.", context.Request.Vm.Name);
        }

        string? name = asked ? CertificateName(context) : null;
        string certificate = name is null ? string.Empty : $", and {context.Request.Destination.Name}'s certificate must be for '{name}', the host of its peer URI";
        context.Record("Encryption", asked, origin, asked,
            asked ? $"{context.Whose(origin)}; memory goes over TLS between the two QEMUs{certificate}" : $"{context.Whose(origin)}; memory goes in clear over the migration network");
        return asked;
    }

    /// <summary>The name to look for in the destination's certificate: where memory is sent to an address, its certificate still has
    /// the host's name. Null: QEMU looks for the host of the migration URI, which is then the destination's own choice (its
    /// <c>migration_host</c>, else its host name).</summary>
    /// <param name="context">The plan's.</param>
    public static string? CertificateName(PlanContext context) =>
        context.Request.Destination.Registration.MigrationAddress is not null
            && context.Missing(VersionGates.TlsDestination) is null
            && Uri.TryCreate(context.Request.Destination.Registration.PeerUri, UriKind.Absolute, out Uri? peer)
            && peer.Host.Length > 0
                ? peer.DnsSafeHost
                : null;
}
