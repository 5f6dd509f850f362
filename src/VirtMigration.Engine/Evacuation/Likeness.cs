using System.Collections;
using System.Reflection;
using System.Text;

namespace VirtMigration.Evacuation;

/// <summary>Gives values that say the same the same number. Records are told apart by all their public properties, so that one added later
/// counts too; lists by their members in order, sets and dictionaries in any order; all else by its own equality.</summary>
internal sealed class Likeness
{
    private static readonly Dictionary<Type, PropertyInfo[]?> s_properties = [];
    private static readonly Lock s_lock = new();

    private readonly Dictionary<object, int> _values = [];
    private readonly Dictionary<(Type, string), int> _composites = [];
    private readonly Dictionary<object, int> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>A value's number.</summary>
    public int Of(object? value)
    {
        switch (value)
        {
            case null:
                return 0;
            case string or ValueType:
                return Numbered(_values, value);
            default:
                PropertyInfo[]? properties = null;
                if (value is not IEnumerable && (properties = PropertiesOf(value.GetType())) is null)
                {
                    return Numbered(_values, value);
                }

                if (!_seen.TryGetValue(value, out int number))
                {
                    number = Numbered(_composites, (value is IEnumerable ? typeof(IEnumerable) : value.GetType(), properties is null ? Members((IEnumerable)value) : Properties(value, properties)));
                    _seen[value] = number;
                }

                return number;
        }
    }

    /// <summary>The number of values side by side.</summary>
    public int OfAll(params object?[] values) => Of(values);

    private string Properties(object value, PropertyInfo[] properties)
    {
        StringBuilder key = new(2 * properties.Length);
        foreach (PropertyInfo property in properties)
        {
            Append(key, Of(property.GetValue(value)));
        }

        return key.ToString();
    }

    private string Members(IEnumerable members)
    {
        List<(int, int)> numbers = [];
        foreach (object? member in members)
        {
            numbers.Add(member is not null && member.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                ? (Of(type.GetProperty("Key")!.GetValue(member)), Of(type.GetProperty("Value")!.GetValue(member)))
                : (Of(member), 0));
        }

        if (members is not IList)
        {
            numbers.Sort();
        }

        StringBuilder key = new(4 * numbers.Count);
        foreach ((int first, int second) in numbers)
        {
            Append(key, first);
            Append(key, second);
        }

        return key.ToString();
    }

    // Null: the type is no record.
    private static PropertyInfo[]? PropertiesOf(Type type)
    {
        lock (s_lock)
        {
            if (!s_properties.TryGetValue(type, out PropertyInfo[]? properties))
            {
                properties = type.GetMethod("<Clone>$") is null ? null
                    : [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead && property.GetIndexParameters().Length == 0)];
                s_properties[type] = properties;
            }

            return properties;
        }
    }

    private static int Numbered<TKey>(Dictionary<TKey, int> numbers, TKey key)
        where TKey : notnull
    {
        if (!numbers.TryGetValue(key, out int number))
        {
            number = (numbers.Count * 2) + (typeof(TKey) == typeof(object) ? 1 : 2);
            numbers[key] = number;
        }

        return number;
    }

    private static void Append(StringBuilder key, int number) => key.Append((char)(number & 0xffff)).Append((char)(number >> 16));
}
