using VirtMigration.Placement;

namespace VirtMigration.Planning;

/// <summary>Which pins the VM has on the destination: those of the source, or, where these do not fit and it is asked for, others that mean
/// the same.</summary>
internal static class PinsRule
{
    /// <summary>The setting's name.</summary>
    public const string Setting = "Pins";

    private const string Kept = "kept";
    private const string Remapped = "remapped";

    /// <summary>What they become; null: they stay.</summary>
    public static PinRemapping? Apply(PlanContext context)
    {
        MigrationRequest request = context.Request;
        if (PinLayout.Of(request.Definition).IsEmpty())
        {
            return null;
        }

        (bool asked, SettingOrigin origin) = context.Asked.RemapPins;
        string whose = context.Whose(origin);
        string destination = request.Destination.Name;
        if (!asked)
        {
            context.Record(Setting, Kept, origin, Kept, $"{whose}; it starts on {destination} with the CPUs and cells of the same numbers");
            return null;
        }

        string why = request.Remapping is PinRemapping known ? string.Join("; ", known.Reasons.Concat(known.Losses)) : "it was not looked at";
        switch (request.Remapping?.Verdict)
        {
            case PinRemappingVerdict.Remapped:
                context.Record(Setting, Remapped, origin, Remapped, $"{whose}; on {destination} the old ones do not fit: {string.Join("; ", request.Remapping.Reasons)}");
                foreach (string loss in request.Remapping.Losses)
                {
                    context.Warn($"the new pins are less good than the old ones: {loss}");
                }

                if (request.Definition.StoredPinsDiffer)
                {
                    context.Warn("the stored definition has other pins than the running VM: they are left as they are, and count when the VM is started next");
                }

                return request.Remapping;
            case PinRemappingVerdict.Kept:
                context.Record(Setting, Remapped, origin, Kept, why.Length == 0 ? $"they fit {destination} as they are" : $"better ones are not to be had on {destination}: {why}");
                return null;
            case PinRemappingVerdict.Impossible when origin == SettingOrigin.Parameter:
                throw new VirtMigrationException("PinsNotRemappable", $"VM '{request.Vm.Name}' can have no pins on {destination} that mean what its own mean: {why}.",
                    "Choose another destination, or tie the VM to less (virsh vcpupin, virsh numatune).", request.Vm.Name);
            case PinRemappingVerdict.Impossible:
                context.Record(Setting, Remapped, origin, Kept, $"others are not to be had on {destination}: {why}");
                context.Warn($"pins stay as they are although others are asked for ({whose}): {why}");
                return null;
            default:
                context.Record(Setting, Remapped, origin, Kept, $"whether others are to be had on {destination} is open: {why}");
                context.Warn($"pins stay as they are, and it is not known whether they fit {destination} or others would: {why}");
                return null;
        }
    }
}
