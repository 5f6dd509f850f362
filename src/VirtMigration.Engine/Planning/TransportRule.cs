namespace VirtMigration.Planning;

/// <summary>Who drives the transfer.</summary>
internal static class TransportRule
{
    public static MigrationTechniques Apply(PlanContext context)
    {
        MigrationRequest request = context.Request;
        if (request.Parameters.Transport == MigrationTransport.Attached)
        {
            context.Record("Transport", "attached", SettingOrigin.Parameter, "attached", "this shell drives it: if the shell dies, the VM stays");
            return MigrationTechniques.None;
        }

        context.Record("Transport", "peer-to-peer", SettingOrigin.Default, "peer-to-peer",
            $"{request.Source.Name}'s daemon drives it to {request.Destination.Registration.PeerUri}, and goes on if this shell dies");
        return MigrationTechniques.PeerToPeer;
    }
}
